import LFCore
import LFFamilies

/// Word + position + token type embeddings, then LayerNorm.
struct Embeddings {
  let configuration: ModelConfiguration
  let weights: EmbeddingWeights
  let reader: WeightReader
  let workers: Workers

  /// Writes the embeddings of all tokens.
  ///
  /// - Parameter states: [N·S, H], overwritten.
  func run(_ inputs: PreparedInputs, into states: Matrix) throws(LFError) {
    let words = try rows(weights.words, .wordEmbeddings, inputs.ids)
    let positions = try rows(weights.positions, .positionEmbeddings, inputs.positions)
    let types = EmbeddingRows(table: weights.types, ids: inputs.types)
    let blocks = RowBlocks(states.rows)
    workers.run(blocks.count) { block, _ in
      for token in blocks[block] {
        Kernels.add(
          words.row(token), positions.row(token), types.row(token),
          into: states.rows(token..<token + 1))
      }
      let part = states.rows(blocks[block])
      Kernels.layerNorm(
        part, norm: weights.norm, epsilon: configuration.layerNormEpsilon, into: part)
    }
  }

  private func rows(_ table: Matrix?, _ name: TensorName, _ ids: [Int]) throws(LFError)
    -> EmbeddingRows
  {
    if let table { return EmbeddingRows(table: table, ids: ids) }
    return try EmbeddingRows(
      reader: reader, name: name, ids: ids, columns: configuration.hiddenSize)
  }
}
