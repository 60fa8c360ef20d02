import LFCore
import LFFamilies

/// Every query block sees one key block (BlockBERT); see `Blockwise`.
struct BlockwiseAttention: PatternAttention {
  let context: AttentionContext
  let rule: Blockwise

  func run() throws(LFError) {
    let length = context.inputs.length
    var tasks: [KeyRangeTask] = []
    for sequence in context.inputs.sequences.indices {
      for head in 0..<context.configuration.headCount {
        for block in 0..<rule.blocks {
          tasks += KeyRangeTask.cut(
            sequence: sequence, head: head, queries: rule.tokens(of: block, length: length),
            keys: [rule.keys(of: block, head: head, length: length)])
        }
      }
    }
    try KeyRangeAttention(context: context).run(tasks)
  }
}
