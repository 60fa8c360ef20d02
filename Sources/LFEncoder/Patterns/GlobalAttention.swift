import LFCore
import LFFamilies

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
  let context: AttentionContext
  /// Whether only keys up to the token itself are seen.
  let isCausal: Bool
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
    for (sequence, mask) in context.inputs.sequences.enumerated() where !mask.globals.isEmpty {
      let rows = context.rows(of: sequence)
      let states = states.rows(rows)  // [S, H]
      let queries = try query.applied(
        to: try states.gathered(mask.globals), context.workers)  // [g, H]
      let result = try Matrix(rows: mask.globals.count, columns: queries.columns)  // [g, H]
      if mask.globals.count <= Self.mostFolded(context.configuration) {
        try FoldedGlobalAttention(attention: self, mask: mask, states: states).run(
          queries, into: result)
      } else {
        try runProjected(queries, states, mask, into: result)
      }
      for (index, position) in mask.globals.enumerated() {
        let row = rows.lowerBound + position
        context.memory.context.rows(row..<row + 1).copy(result.rows(index..<index + 1))
      }
    }
  }

  private func runProjected(
    _ queries: Matrix, _ states: Matrix, _ mask: SequenceMask, into result: Matrix
  ) throws(LFError) {
    let range = mask.keptRange
    let keys = try key.applied(to: states.rows(range), context.workers)  // [kept, H]
    let values = try value.applied(to: states.rows(range), context.workers)  // [kept, H]
    let hidden = mask.isGapless ? [] : range.map { !mask.isKept[$0] }
    // Those up to the token itself, in a causal layer.
    let limits =
      isCausal ? mask.globals.map { Int64($0 + 1 - range.lowerBound) } : nil
    context.workers.run(context.configuration.headCount) { head, worker in
      let columns = context.columns(of: head)
      let memory = context.memory.workers[worker]
      let attention = HeadAttention(
        scale: context.scale,
        global: PackedKeys(
          keys.columns(columns), values.columns(columns), end: range.count, hidden: hidden,
          in: memory.keys),
        limits: limits)
      attention.attend(
        queries.columns(columns), first: 0, into: result.columns(columns),
        scratch: memory.scratch)
    }
  }
}
