import LFCore

/// Rows of an embedding table by token: the whole table, or a small one with
/// the rows that occur.
struct EmbeddingRows: Sendable {
  private let table: Matrix  // [all rows, or those that occur; H]
  private let rows: [Int]  // [tokens]: row of each token in `table`

  /// Rows of a table in memory.
  init(table: Matrix, ids: [Int]) {
    self.table = table
    rows = ids
  }

  /// Reads the rows that occur in `ids`.
  init(reader: WeightReader, name: TensorName, ids: [Int], columns: Int) throws(LFError) {
    let occurring = Set(ids).sorted()
    let table = try Matrix(rows: occurring.count, columns: columns)
    try reader.gather(name, rows: occurring, into: table)
    self.table = table
    let places = Dictionary(uniqueKeysWithValues: occurring.enumerated().map { ($1, $0) })
    rows = ids.map { places[$0] ?? 0 }
  }

  /// The row of a token, [1, H].
  func row(_ token: Int) -> Matrix {
    let row = rows[token]
    return table.rows(row..<row + 1)
  }
}
