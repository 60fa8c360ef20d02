/// Rows cut into blocks, each for one task.
///
/// The size depends on the number of rows alone, never on that of threads, so
/// that results do not either.
struct RowBlocks: Sendable {
  let rows: Int
  let size: Int
  var count: Int { (rows + size - 1) / size }

  /// About eight blocks, so that threads have something to share, but none
  /// larger than the matrix library needs to work at its best.
  init(_ rows: Int) {
    self.rows = rows
    size = min(512, max(32, (rows + 127) / 128 * 16))
  }

  /// The rows of a block.
  subscript(block: Int) -> Range<Int> { block * size..<min(rows, (block + 1) * size) }
}

/// The product of a linear layer cut into blocks, each for one task.
///
/// Many rows are cut into blocks of rows, and the matrix library prepares the
/// weights again for each. Few rows stay together, and the outputs are cut
/// instead, so that every part of the weights is prepared once. As with
/// `RowBlocks`, sizes never depend on the number of threads.
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
    // About eight blocks, but none too narrow for the library.
    width = Self.isFew(rows) ? max(64, (columns + 127) / 128 * 16) : columns
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
