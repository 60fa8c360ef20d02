import LFCore
import LFFamilies

/// The embedding tables; of a streamed model only what is always needed.
struct EmbeddingWeights: Sendable {
  let words: Matrix?  // [V, H]; nil when streamed
  let positions: Matrix?  // [P, H]; nil when streamed
  let types: Matrix  // [T, H]
  let norm: NormWeights  // [H]

  init(
    configuration: ModelConfiguration, reader: WeightReader, workers: Workers, isStreamed: Bool
  ) throws(LFError) {
    let hidden = configuration.hiddenSize
    try reader.check(TensorName.wordEmbeddings, rows: configuration.vocabularySize, columns: hidden)
    try reader.check(
      TensorName.positionEmbeddings, rows: configuration.positionCount, columns: hidden)
    types = try Matrix(rows: configuration.tokenTypeCount, columns: hidden)
    norm = try NormWeights(width: hidden)
    var slots = WeightSlot.norm("embeddings.LayerNorm", norm)
    slots.append(WeightSlot(.tokenTypeEmbeddings, .plain(types)))
    if isStreamed {
      words = nil
      positions = nil
    } else {
      let words = try Matrix(rows: configuration.vocabularySize, columns: hidden)
      let positions = try Matrix(rows: configuration.positionCount, columns: hidden)
      slots.append(WeightSlot(.wordEmbeddings, .plain(words)))
      slots.append(WeightSlot(.positionEmbeddings, .plain(positions)))
      self.words = words
      self.positions = positions
    }
    try reader.read(slots, workers: workers)
  }
}

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
