/// Rows cut into blocks, each for one task.
///
/// The size depends on the number of rows alone, never on that of threads, so
/// that results do not either.
struct RowBlocks: Sendable {
  let rows: Int
  let size: Int
  var count: Int { (rows + size - 1) / size }

  /// About eight blocks, so that threads have something to share, but none
  /// larger than the matrix library needs to work at its best, and of few rows
  /// two blocks: the library prepares the weights again for each.
  init(_ rows: Int) {
    self.rows = rows
    let half = (rows + 31) / 32 * 16
    size = min(512, max(min(32, half), (rows + 127) / 128 * 16))
  }

  /// The rows of a block.
  subscript(block: Int) -> Range<Int> { block * size..<min(rows, (block + 1) * size) }
}
