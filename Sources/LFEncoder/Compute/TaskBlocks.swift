/// Rows cut into blocks, each for one task.
///
/// The size depends on the number of rows alone. Results would not depend on it
/// either way: a row's sums have the same order in every block.
struct RowBlocks: Sendable {
  let rows: Int
  let size: Int
  var count: Int { (rows + size - 1) / size }

  /// At least eight blocks, so that threads have something to share, but none
  /// larger than what stays in the cache, nor so small that the weights are read
  /// for few rows.
  init(_ rows: Int) {
    self.rows = rows
    // Tiles of the kernels have 6 or 12 rows.
    size = min(Self.most, max(24, ((rows + 7) / 8 + 5) / 6 * 6))
  }

  /// Rows of the largest block: what the kernels take in one pass.
  static let most = 72

  /// The rows of a block.
  subscript(block: Int) -> Range<Int> { block * size..<min(rows, (block + 1) * size) }
}

/// The product of a linear layer cut into blocks, each for one task.
///
/// Many rows are cut into blocks of rows. Few rows stay together, and the outputs
/// are cut instead, so that every weight is read from memory once.
struct ProductBlocks: Sendable {
  private let rows: RowBlocks
  private let columns: Int
  /// Outputs of a block.
  private let width: Int

  /// Whether so many rows stay together.
  static func isFew(_ rows: Int) -> Bool { rows <= 128 }

  /// Cuts a product of `rows` inputs and `columns` outputs.
  init(rows: Int, columns: Int) {
    self.rows = RowBlocks(rows)
    self.columns = columns
    // About sixteen blocks, of whole pairs of panels.
    width = Self.isFew(rows) ? max(32, (columns + 511) / 512 * 32) : columns
  }

  var count: Int {
    guard Self.isFew(rows.rows) else { return rows.count }
    return columns == 0 ? 0 : (columns + width - 1) / width
  }

  /// Rows and outputs of a block.
  subscript(block: Int) -> (rows: Range<Int>, columns: Range<Int>) {
    guard Self.isFew(rows.rows) else { return (rows[block], 0..<columns) }
    return (0..<rows.rows, block * width..<min(columns, (block + 1) * width))
  }
}
