import LFFamilies

/// Every token attends to every unpadded token (RoBERTa).
///
/// As in Hugging Face's eager attention, padded queries are computed like the
/// others, and where nothing is unpadded every key counts the same: the mask
/// that it adds swallows the scores.
struct FullAttention {
  let context: AttentionContext

  /// Writes the context of every token.
  func run() {
    let inputs = context.inputs
    let length = inputs.length
    let heads = context.configuration.headCount
    let blocks = (length + AttentionBlock.rows - 1) / AttentionBlock.rows
    context.workers.run(inputs.sequences.count * heads * blocks) { task, worker in
      let block = task % blocks
      let head = task / blocks % heads
      let sequence = task / blocks / heads
      let mask = inputs.sequences[sequence]
      let rows = block * AttentionBlock.rows..<min(length, (block + 1) * AttentionBlock.rows)
      let isBlind = mask.keptRange.isEmpty
      let range = isBlind ? 0..<length : mask.keptRange
      func part(_ projection: AttentionContext.Projection) -> Matrix {
        context.projected(projection, sequence: sequence, head: head)
      }
      var attention = AttentionBlock(
        queries: part(.query).rows(rows), scale: isBlind ? 0 : context.scale)
      attention.outside = .init(part(.key).rows(range), part(.value).rows(range))
      if !isBlind && !mask.isGapless { attention.isHidden = range.map { !mask.isKept[$0] } }
      let start = sequence * length
      let target = context.memory.context.rows(
        start + rows.lowerBound..<start + rows.upperBound)
      attention.run(
        context.memory.scratch[worker], into: target.columns(context.columns(of: head)))
    }
  }
}
