import LFCore
import LFFamilies

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
  /// What every intermediate result is changed by; nil computes the layer.
  var noise: RoundingNoise?

  /// Replaces the hidden states by the layer's output.
  ///
  /// - Parameter states: [N·S, H].
  func run(_ states: Matrix) throws(LFError) {
    noise?.apply(to: states, .states)
    try attend(states)
    noise?.apply(to: memory.attention.context, .context)
    finish(states)
  }

  /// Writes the attention's context of every token; the states stay.
  func attend(_ states: Matrix) throws(LFError) {
    let rule = pattern.rule
    // Where all tokens that count are global, no local projection is needed.
    if rule.paddedQueries == .attend || inputs.sequences.contains(where: \.hasLocal) {
      project(states)
    }
    try attention.run()
    if let global = weights.global {
      try GlobalAttention(
        context: context(.globalAttention), isCausal: rule.isCausal, query: global.query,
        key: global.key, value: global.value
      ).run(states)
    }
  }

  /// The pattern's computation.
  var attention: any PatternAttention {
    let context = context(pattern.part)
    return switch pattern {
    case .full: FullAttention(context: context)
    case .slidingWindow(let window): SlidingWindowAttention(context: context, window: window)
    case .blockwise(let rule): BlockwiseAttention(context: context, rule: rule)
    case .recurrence(let rule): RecurrenceAttention(context: context, rule: rule)
    case .bigBird(let rule): BigBirdAttention(context: context, rule: rule)
    case .lsh(let rule): LSHChunkAttention(context: context, rule: rule)
    }
  }

  /// What the attention works on, its time counted for a part.
  func context(_ part: ForwardPart) -> AttentionContext {
    AttentionContext(
      configuration: configuration, inputs: inputs, memory: memory.attention,
      workers: workers.timing(part))
  }

  /// Query, key and value of every token.
  func project(_ states: Matrix) {
    weights.projections.apply(
      to: states, workers.timing(.queryKeyValue), into: memory.attention.projected)
    noise?.apply(to: memory.attention.projected, .projections)
  }

  /// Output projection and feed-forward part.
  func finish(_ states: Matrix) {
    let parts = OutputParts(
      configuration: configuration, weights: weights, workers: workers, noise: noise)
    if ProductBlocks.isFew(states.rows) {
      parts.runTogether(memory.attention.context, memory.blocks[0], states)
      return
    }
    let blocks = RowBlocks(states.rows)
    workers.run(blocks.count) { block, worker in
      let rows = blocks[block]
      parts.run(
        memory.attention.context.rows(rows), memory.blocks[worker], states.rows(rows),
        first: rows.lowerBound)
    }
  }
}
