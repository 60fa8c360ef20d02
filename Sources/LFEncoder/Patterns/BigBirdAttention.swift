import LFCore
import LFFamilies

/// Neighbouring blocks, the first and the last one (BigBird in evaluation mode);
/// see `BigBird`.
///
/// A block that counts several times is summed as often, as in the stock class.
struct BigBirdAttention: PatternAttention {
  let context: AttentionContext
  let rule: BigBird

  func run() throws(LFError) {
    let length = context.inputs.length
    var tasks: [KeyRangeTask] = []
    for sequence in context.inputs.sequences.indices {
      for head in 0..<context.configuration.headCount {
        for index in 0..<rule.count(length) {
          let blocks = rule.keyBlocks(of: index, length: length)
          tasks += KeyRangeTask.cut(
            sequence: sequence, head: head, queries: rule.tokens(of: index, length: length),
            keys: blocks?.map { rule.tokens(of: $0, length: length) } ?? [0..<length])
        }
      }
    }
    try KeyRangeAttention(context: context).run(tasks)
  }
}
