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
