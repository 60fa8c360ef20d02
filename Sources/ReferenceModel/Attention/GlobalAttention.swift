import ModelFamilies
import TensorCore

/// The rows of global tokens: they see every unpadded token, through
/// projections of their own (arXiv 2004.05150, section 3.1, "Linear
/// Projections for Global Attention").
///
/// Projecting every token with key_global and value_global costs S·H² each. For
/// few global tokens both products are folded into the other side, which costs
/// g·heads·S·H: with q = query_global(x), scores are q·(W_k·y + b_k) =
/// (W_kᵀ·q)·y + q·b_k, and q·b_k is the same for every key y, so softmax drops
/// it; Σ p·(W_v·y + b_v) = W_v·(Σ p·y) + b_v because Σ p = 1. For many global
/// tokens the projections are made as they stand.
struct GlobalAttention {
  let configuration: ModelConfiguration
  let window: SlidingWindow
  let inputs: PreparedInputs
  let memory: AttentionMemory
  let workers: Workers
  let query: LinearWeights  // [H, H]
  let key: LinearWeights  // [H, H]
  let value: LinearWeights  // [H, H]

  /// Most global tokens of a sequence for which folding is cheaper.
  static func mostFolded(_ configuration: ModelConfiguration) -> Int {
    configuration.hiddenSize / max(1, configuration.headCount - 1)
  }

  /// Replaces the context of every global token.
  ///
  /// - Parameter states: [N·S, H], the layer's input.
  func run(_ states: Matrix) throws(LFError) {
    for (sequence, mask) in inputs.sequences.enumerated() where !mask.globals.isEmpty {
      let start = sequence * inputs.length
      let states = states.rows(start..<start + inputs.length)  // [S, H]
      let queries = try query.applied(to: try states.gathered(mask.globals), workers)  // [g, H]
      let context = try Matrix(rows: mask.globals.count, columns: queries.columns)  // [g, H]
      if mask.globals.count <= Self.mostFolded(configuration) {
        try FoldedGlobalAttention(attention: self, mask: mask, states: states).run(
          queries, into: context)
      } else {
        try runProjected(queries, states, mask, into: context)
      }
      for (index, position) in mask.globals.enumerated() {
        memory.context.rows(start + position..<start + position + 1).copy(
          context.rows(index..<index + 1))
      }
    }
  }

  private func runProjected(
    _ queries: Matrix, _ states: Matrix, _ mask: SequenceMask, into context: Matrix
  ) throws(LFError) {
    let range = mask.keptRange
    let keys = try key.applied(to: states.rows(range), workers)  // [kept, H]
    let values = try value.applied(to: states.rows(range), workers)  // [kept, H]
    let isHidden = mask.isGapless ? nil : range.map { !mask.isKept[$0] }
    let size = configuration.headSize
    let heads = configuration.headCount
    let blocks = (queries.rows + AttentionBlock.rows - 1) / AttentionBlock.rows
    workers.run(blocks * heads) { task, worker in
      let start = task / heads * AttentionBlock.rows
      let rows = start..<min(queries.rows, start + AttentionBlock.rows)
      let columns = task % heads * size..<(task % heads + 1) * size
      var block = AttentionBlock(
        queries: queries.rows(rows).columns(columns), scale: 1 / Float(size).squareRoot())
      block.head = .init(keys.columns(columns), values.columns(columns))
      block.isHidden = isHidden
      if window.isCausal {
        block.limits = rows.map { Int64(mask.globals[$0] + 1 - range.lowerBound) }
      }
      block.run(memory.scratch[worker], into: context.rows(rows).columns(columns))
    }
  }
}
