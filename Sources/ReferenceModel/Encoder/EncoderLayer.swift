import ModelFamilies
import TensorCore

/// One post-LayerNorm encoder layer: attention, then the feed-forward part.
///
/// Follows Hugging Face's `LongformerLayer` and `RobertaLayer`.
struct EncoderLayer {
  let configuration: ModelConfiguration
  let weights: LayerWeights
  let pattern: AttentionPattern
  let inputs: PreparedInputs
  let memory: LayerMemory
  let workers: Workers

  /// Replaces the hidden states by the layer's output.
  ///
  /// - Parameter states: [N·S, H].
  func run(_ states: Matrix) throws(LFError) {
    try attend(states)
    finish(states)
  }

  /// Writes the attention's context of every token; the states stay.
  func attend(_ states: Matrix) throws(LFError) {
    switch pattern {
    case .full:
      project(states)
      FullAttention(
        configuration: configuration, inputs: inputs, memory: memory.attention,
        workers: workers.timing(.fullAttention)
      ).run()
    case .slidingWindow(let window):
      if inputs.sequences.contains(where: \.hasLocal) { project(states) }
      try SlidingWindowAttention(
        configuration: configuration, window: window, inputs: inputs, memory: memory.attention,
        workers: workers.timing(.bandAttention)
      ).run()
      if let query = weights.globalQuery, let key = weights.globalKey,
        let value = weights.globalValue
      {
        try GlobalAttention(
          configuration: configuration, window: window, inputs: inputs, memory: memory.attention,
          workers: workers.timing(.globalAttention), query: query, key: key, value: value
        ).run(states)
      }
    }
  }

  /// Query, key and value of every token.
  private func project(_ states: Matrix) {
    let blocks = RowBlocks(states.rows)
    let projected = memory.attention.projected  // [N·S, 3H]
    workers.timing(.queryKeyValue).run(blocks.count) { block, _ in
      MatrixMultiplication.multiply(
        states.rows(blocks[block]), by: weights.projections, into: projected.rows(blocks[block]))
    }
  }

  /// Output projection and feed-forward part, a block of rows at a time, so
  /// that everything between stays in the cache.
  func finish(_ states: Matrix) {
    let blocks = RowBlocks(states.rows)
    let epsilon = configuration.layerNormEpsilon
    workers.run(blocks.count) { block, worker in
      let rows = blocks[block]
      let states = states.rows(rows)  // [m, H]
      let scratch = memory.blocks[worker]
      let attended = scratch.attended.rows(0..<rows.count)  // [m, H]
      let outer = scratch.outer.rows(0..<rows.count)  // [m, H]
      workers.time(.attentionOutput) {
        MatrixMultiplication.multiply(
          memory.attention.context.rows(rows), transposed: weights.attentionOutput.weight,
          into: attended)
      }
      workers.time(.layerNorm) {
        Kernels.layerNorm(
          attended, bias: weights.attentionOutput.bias, residual: states,
          norm: weights.attentionNorm, epsilon: epsilon, into: attended)
      }
      feedForward(attended, scratch.inner, into: outer)
      workers.time(.layerNorm) {
        Kernels.layerNorm(
          outer, bias: weights.output.bias, residual: attended, norm: weights.outputNorm,
          epsilon: epsilon, into: states)
      }
    }
  }

  /// Both products of the feed-forward part, some columns of the inner layer at
  /// a time: outer = activation(x·W₁ᵀ + b₁)·W₂ᵀ, without the outer bias.
  ///
  /// - Parameters:
  ///   - x: [m, H].
  ///   - memory: for [m, `innerColumns`] numbers.
  ///   - outer: [m, H], overwritten.
  private func feedForward(_ x: Matrix, _ memory: Matrix, into outer: Matrix) {
    for start in stride(from: 0, to: configuration.intermediateSize, by: memory.columns) {
      let columns = start..<min(configuration.intermediateSize, start + memory.columns)
      let first = weights.intermediate.outputs(columns)
      let inner = memory.reshaped(rows: x.rows, columns: columns.count)  // [m, columns]
      let bias = workers.time(.feedForward) {
        MatrixMultiplication.project(x, by: first, into: inner)
      }
      workers.time(.activation) { Kernels.activate(inner, bias, configuration.activation) }
      workers.time(.feedForward) {
        MatrixMultiplication.multiply(
          inner, transposed: weights.output.weight.columns(columns), into: outer,
          accumulating: start > 0)
      }
    }
  }
}
