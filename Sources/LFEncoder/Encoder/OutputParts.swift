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

  /// Replaces a block of states within one task, so that everything between
  /// stays in the cache.
  ///
  /// - Parameters:
  ///   - context: [m, H], of the attention.
  ///   - memory: for this task alone, of at least m rows.
  ///   - states: [m, H].
  func run(_ context: Matrix, _ memory: LayerMemory.Block, _ states: Matrix) {
    let attended = memory.attended.rows(0..<states.rows)  // [m, H]
    let outer = memory.outer.rows(0..<states.rows)  // [m, H]
    workers.time(.attentionOutput) {
      MatrixMultiplication.multiply(
        context, transposed: weights.attentionOutput.weight, into: attended)
    }
    workers.time(.layerNorm) { normAttended(attended, states) }
    feedForward(attended, memory.inner, into: outer)
    workers.time(.layerNorm) { normOuter(outer, attended, states) }
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

  /// Replaces few states on all workers, each product cut by its outputs.
  ///
  /// - Parameters:
  ///   - context: [m, H], of the attention.
  ///   - memory: of m rows, with the whole inner layer.
  ///   - states: [m, H].
  func runTogether(_ context: Matrix, _ memory: LayerMemory.Block, _ states: Matrix) {
    let (attended, inner, outer) = (memory.attended, memory.inner, memory.outer)
    share(context, weights.attentionOutput, into: attended, .attentionOutput)
    shareRows(states) { rows in
      normAttended(attended.rows(rows), states.rows(rows))
    }
    weights.intermediate.apply(
      to: attended, then: configuration.activation, workers, into: inner)
    share(inner, weights.output, into: outer, .feedForward)
    shareRows(states) { rows in
      normOuter(outer.rows(rows), attended.rows(rows), states.rows(rows))
    }
  }

  /// result = x·weightᵀ, without the bias.
  private func share(
    _ x: Matrix, _ layer: LinearWeights, into result: Matrix, _ part: ForwardPart
  ) {
    let blocks = ProductBlocks(rows: x.rows, columns: result.columns)
    workers.timing(part).run(blocks.count) { block, _ in
      let (rows, columns) = blocks[block]
      MatrixMultiplication.multiply(
        x.rows(rows), transposed: layer.weight.rows(columns),
        into: result.rows(rows).columns(columns))
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
