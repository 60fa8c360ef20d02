import ModelFamilies
import TensorCore

/// The embedding tables; of a streamed model only what is always needed.
struct EmbeddingWeights: Sendable {
  static let wordTable = "embeddings.word_embeddings.weight"
  static let positionTable = "embeddings.position_embeddings.weight"
  static let typeTable = "embeddings.token_type_embeddings.weight"

  let words: Matrix?  // [V, H]; nil when streamed
  let positions: Matrix?  // [P, H]; nil when streamed
  let types: Matrix  // [T, H]
  let norm: NormWeights  // [H]

  init(
    configuration: ModelConfiguration, reader: WeightReader, workers: Workers, isStreamed: Bool
  ) throws(LFError) {
    let hidden = configuration.hiddenSize
    try reader.check(Self.wordTable, rows: configuration.vocabularySize, columns: hidden)
    try reader.check(Self.positionTable, rows: configuration.positionCount, columns: hidden)
    types = try Matrix(rows: configuration.tokenTypeCount, columns: hidden)
    norm = NormWeights(
      gain: try Matrix(rows: 1, columns: hidden), shift: try Matrix(rows: 1, columns: hidden))
    var slots = [
      WeightSlot(name: Self.typeTable, target: types),
      WeightSlot(name: "embeddings.LayerNorm.weight", target: norm.gain, isVector: true),
      WeightSlot(name: "embeddings.LayerNorm.bias", target: norm.shift, isVector: true),
    ]
    if isStreamed {
      words = nil
      positions = nil
    } else {
      let words = try Matrix(rows: configuration.vocabularySize, columns: hidden)
      let positions = try Matrix(rows: configuration.positionCount, columns: hidden)
      slots.append(WeightSlot(name: Self.wordTable, target: words))
      slots.append(WeightSlot(name: Self.positionTable, target: positions))
      self.words = words
      self.positions = positions
    }
    try reader.read(slots, workers: workers)
  }
}
