import LFCore

/// Memory for the attention blocks of one thread.
struct AttentionScratch: Sendable {
  private let scoreMemory: Matrix  // [rows, most columns]
  private let biasMemory: Matrix  // [1, most columns]
  let maxima: Matrix  // [1, rows]
  let sums: Matrix  // [1, rows]

  /// Memory for blocks of `rows` queries and at most `columns` keys.
  init(rows: Int, columns: Int) throws(LFError) {
    scoreMemory = try Matrix(rows: rows, columns: Self.padded(columns))
    biasMemory = try Matrix(rows: 1, columns: columns)
    maxima = try Matrix(rows: 1, columns: rows)
    sums = try Matrix(rows: 1, columns: rows)
  }

  /// Memory for a block of scores.
  func scores(rows: Int, columns: Int) -> Matrix {
    Matrix(
      scoreMemory.buffer, offset: 0, rows: rows, columns: columns, stride: Self.padded(columns))
  }

  /// −∞ for hidden keys, 0 for the others: [1, n].
  func bias(_ isHidden: [Bool]) -> Matrix {
    let bias = biasMemory.columns(0..<isHidden.count)
    for (key, isHidden) in isHidden.enumerated() { bias[0, key] = isHidden ? -.infinity : 0 }
    return bias
  }

  /// Rows begin at multiples of a cache line.
  private static func padded(_ columns: Int) -> Int { (columns + 15) / 16 * 16 }
}
