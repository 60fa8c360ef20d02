import LFFamilies

/// What a layer does to each token alone: output projection and feed-forward
/// part, each with its residual and LayerNorm.
///
/// Follows Hugging Face's `LongformerSelfOutput`, `LongformerIntermediate` and
/// `LongformerOutput`.
struct OutputParts {
  let configuration: ModelConfiguration
  let weights: LayerWeights
  let workers: Workers
  /// What every intermediate result is changed by; nil computes the layer.
  let noise: RoundingNoise?

  /// Replaces a block of states within one task, so that everything between
  /// stays in the cache.
  ///
  /// - Parameters:
  ///   - context: [m, H], of the attention.
  ///   - memory: for this task alone, of at least m rows.
  ///   - states: [m, H].
  ///   - first: number of the block's first row.
  func run(
    _ context: Matrix, _ memory: LayerMemory.Block, _ states: Matrix, first: Int
  ) {
    let attended = memory.attended.rows(0..<states.rows)  // [m, H]
    let outer = memory.outer.rows(0..<states.rows)  // [m, H]
    let output = weights.attentionOutput.weight
    workers.time(.attentionOutput) {
      Kernels.linear(context, output, outputs: 0..<output.rows, into: attended)
    }
    noise?.apply(to: attended, .attended, row: first)
    workers.time(.layerNorm) { normAttended(attended, states) }
    noise?.apply(to: attended, .attendedNorm, row: first)
    workers.time(.feedForward) {
      feedForward(attended, memory.inner, into: outer, first: first)
    }
    noise?.apply(to: outer, .outer, row: first)
    workers.time(.layerNorm) { normOuter(outer, attended, states) }
  }

  /// Both products of the feed-forward part, some columns of the inner layer at
  /// a time: outer = activation(x·W₁ᵀ + b₁)·W₂ᵀ, without the outer bias.
  ///
  /// - Parameters:
  ///   - x: [m, H].
  ///   - memory: for [m, `innerColumns`] numbers.
  ///   - outer: [m, H], overwritten.
  ///   - first: number of the first row.
  private func feedForward(_ x: Matrix, _ memory: Matrix, into outer: Matrix, first: Int) {
    let second = weights.output.weight
    for start in stride(from: 0, to: configuration.intermediateSize, by: memory.columns) {
      let columns = start..<min(configuration.intermediateSize, start + memory.columns)
      let inner = memory.reshaped(rows: x.rows, columns: columns.count)  // [m, columns]
      Kernels.linear(
        x, weights.intermediate.weight, outputs: columns, bias: weights.intermediate.bias,
        activation: configuration.activation.kernel, into: inner)
      noise?.apply(to: inner, .inner, row: first, column: start)
      Kernels.linear(
        inner, second, outputs: 0..<second.rows, inner: columns, accumulating: start > 0,
        into: outer)
    }
  }

  /// Replaces few states on all workers, each product cut by its outputs.
  ///
  /// - Parameters:
  ///   - context: [m, H], of the attention.
  ///   - memory: of m rows, with the whole inner layer.
  ///   - states: [m, H].
  func runTogether(_ context: Matrix, _ memory: LayerMemory.Block, _ states: Matrix) {
    let (attended, inner, outer) = (memory.attended, memory.inner, memory.outer)
    weights.attentionOutput.apply(
      to: context, hasBias: false, workers.timing(.attentionOutput), into: attended)
    noise?.apply(to: attended, .attended)
    shareRows(states) { rows in
      normAttended(attended.rows(rows), states.rows(rows))
    }
    noise?.apply(to: attended, .attendedNorm)
    let products = workers.timing(.feedForward)
    weights.intermediate.apply(
      to: attended, then: configuration.activation.kernel, products, into: inner)
    noise?.apply(to: inner, .inner)
    weights.output.apply(to: inner, hasBias: false, products, into: outer)
    noise?.apply(to: outer, .outer)
    shareRows(states) { rows in
      normOuter(outer.rows(rows), attended.rows(rows), states.rows(rows))
    }
  }

  private func shareRows(_ states: Matrix, _ body: @Sendable (Range<Int>) -> Void) {
    let blocks = RowBlocks(states.rows)
    workers.timing(.layerNorm).run(blocks.count) { block, _ in body(blocks[block]) }
  }

  /// attended = LayerNorm(attended + bias + states).
  private func normAttended(_ attended: Matrix, _ states: Matrix) {
    Kernels.layerNorm(
      attended, bias: weights.attentionOutput.bias, residual: states,
      norm: weights.attentionNorm, epsilon: configuration.layerNormEpsilon, into: attended)
  }

  /// states = LayerNorm(outer + bias + attended).
  private func normOuter(_ outer: Matrix, _ attended: Matrix, _ states: Matrix) {
    Kernels.layerNorm(
      outer, bias: weights.output.bias, residual: attended, norm: weights.outputNorm,
      epsilon: configuration.layerNormEpsilon, into: states)
  }
}
