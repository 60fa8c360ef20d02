import LFCore
import LFFamilies

/// The embedding tables; of a streamed model only what is always needed.
struct EmbeddingWeights: Sendable {
  let words: EmbeddingTable  // [V, H]
  let positions: EmbeddingTable  // [P, H]
  let types: Matrix  // [T, H]
  let norm: NormWeights  // [H]

  init(
    configuration: ModelConfiguration, reader: WeightReader, workers: Workers,
    residency: Residency
  ) throws(LFError) {
    let hidden = configuration.hiddenSize
    types = try Matrix(rows: configuration.tokenTypeCount, columns: hidden)
    norm = try NormWeights(width: hidden)
    var slots = WeightSlot.norm("embeddings.LayerNorm", norm)
    slots.append(WeightSlot(.tokenTypeEmbeddings, .plain(types)))
    func table(_ name: TensorName, rows: Int) throws(LFError) -> EmbeddingTable {
      try reader.check(name, rows: rows, columns: hidden)
      switch residency {
      case .resident:
        let matrix = try Matrix(rows: rows, columns: hidden)
        slots.append(WeightSlot(name, .plain(matrix)))
        return .resident(matrix)
      case .onDemand:
        return .onDemand(try OnDemandTable(name, rows: rows, columns: hidden, reader: reader))
      case .streamed: return .streamed(reader, name, columns: hidden)
      }
    }
    words = try table(.wordEmbeddings, rows: configuration.vocabularySize)
    positions = try table(.positionEmbeddings, rows: configuration.positionCount)
    try reader.read(slots, workers: workers)
  }
}

/// An embedding table, wherever it is.
enum EmbeddingTable: Sendable {
  case resident(Matrix)  // [rows, H]
  case onDemand(OnDemandTable)  // [rows, H]
  case streamed(WeightReader, TensorName, columns: Int)

  /// Rows of tokens.
  func rows(_ ids: [Int], _ workers: Workers) throws(LFError) -> EmbeddingRows {
    switch self {
    case .resident(let table): EmbeddingRows(table: table, ids: ids)
    case .onDemand(let table): EmbeddingRows(table: try table.reading(ids, workers), ids: ids)
    case .streamed(let reader, let name, let columns):
      try EmbeddingRows(reader: reader, name: name, ids: ids, columns: columns)
    }
  }

  /// All rows in memory; nil when the model is streamed.
  func whole(_ workers: Workers) throws(LFError) -> Matrix? {
    switch self {
    case .resident(let table): table
    case .onDemand(let table): try table.reading(workers)
    case .streamed: nil
    }
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
