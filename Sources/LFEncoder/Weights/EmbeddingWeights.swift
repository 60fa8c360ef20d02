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
    norm = NormWeights(
      gain: try Matrix(rows: 1, columns: hidden), shift: try Matrix(rows: 1, columns: hidden))
    var slots = [
      WeightSlot(name: TensorName.tokenTypeEmbeddings, target: types),
      WeightSlot(name: TensorName.embeddingNormWeight, target: norm.gain, isVector: true),
      WeightSlot(name: TensorName.embeddingNormBias, target: norm.shift, isVector: true),
    ]
    if isStreamed {
      words = nil
      positions = nil
    } else {
      let words = try Matrix(rows: configuration.vocabularySize, columns: hidden)
      let positions = try Matrix(rows: configuration.positionCount, columns: hidden)
      slots.append(WeightSlot(name: TensorName.wordEmbeddings, target: words))
      slots.append(WeightSlot(name: TensorName.positionEmbeddings, target: positions))
      self.words = words
      self.positions = positions
    }
    try reader.read(slots, workers: workers)
  }
}
