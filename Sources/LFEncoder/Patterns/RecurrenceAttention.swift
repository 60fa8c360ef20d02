import LFCore
import LFFamilies

/// Segments with a memory (Transformer-XL); see `Recurrence`.
///
/// Keys and values of the memory are projected from the layer's own inputs at
/// the remembered positions, which no later segment has changed.
struct RecurrenceAttention: PatternAttention {
  let context: AttentionContext
  let rule: Recurrence

  func run() throws(LFError) {
    let length = context.inputs.length
    var tasks: [KeyRangeTask] = []
    for sequence in context.inputs.sequences.indices {
      for head in 0..<context.configuration.headCount {
        for start in stride(from: 0, to: length, by: rule.segment) {
          tasks += KeyRangeTask.cut(
            sequence: sequence, head: head, queries: start..<min(length, start + rule.segment),
            keys: [rule.keys(of: start / rule.segment, length: length)], isCausal: rule.isCausal)
        }
      }
    }
    try KeyRangeAttention(context: context).run(tasks)
  }
}
