import LFCore
import LFFamilies

/// Word + position + token type embeddings, then LayerNorm.
struct Embeddings {
  let configuration: ModelConfiguration
  let weights: EmbeddingWeights
  let workers: Workers

  /// Writes the embeddings of all tokens.
  ///
  /// - Parameter states: [N·S, H], overwritten.
  func run(_ inputs: PreparedInputs, into states: Matrix) throws(LFError) {
    let words = try weights.words.rows(inputs.ids, workers)
    let positions = try weights.positions.rows(inputs.positions, workers)
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
}
