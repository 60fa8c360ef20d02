import ModelFamilies

/// Every token attends to every unpadded token (RoBERTa).
///
/// As in Hugging Face's eager attention, padded queries are computed like the
/// others, and where nothing is unpadded every key counts the same: the mask
/// that it adds swallows the scores.
struct FullAttention {
  let configuration: ModelConfiguration
  let inputs: PreparedInputs
  let memory: AttentionMemory
  let workers: Workers

  /// Writes the context of every token.
  func run() {
    let length = inputs.length
    let heads = configuration.headCount
    let size = configuration.headSize
    let blocks = (length + AttentionBlock.rows - 1) / AttentionBlock.rows
    workers.run(inputs.sequences.count * heads * blocks) { task, worker in
      let block = task % blocks
      let head = task / blocks % heads
      let sequence = task / blocks / heads
      let mask = inputs.sequences[sequence]
      let rows = block * AttentionBlock.rows..<min(length, (block + 1) * AttentionBlock.rows)
      let isBlind = mask.keptRange.isEmpty
      let range = isBlind ? 0..<length : mask.keptRange
      func part(_ index: Int) -> Matrix {
        memory.part(index, sequence: sequence, length: length, head: head, size: size)
      }
      var attention = AttentionBlock(
        queries: part(0).rows(rows), scale: isBlind ? 0 : 1 / Float(size).squareRoot())
      attention.head = .init(part(1).rows(range), part(2).rows(range))
      if !isBlind && !mask.isGapless { attention.isHidden = range.map { !mask.isKept[$0] } }
      let columns = head * size..<(head + 1) * size
      let start = sequence * length
      let context = memory.context.rows(start + rows.lowerBound..<start + rows.upperBound)
      attention.run(memory.scratch[worker], into: context.columns(columns))
    }
  }
}
