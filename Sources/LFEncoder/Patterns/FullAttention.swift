import LFFamilies

/// Every token attends to every unpadded token (RoBERTa).
///
/// As in Hugging Face's eager attention, padded queries are computed like the
/// others, and where nothing is unpadded every key counts the same: the mask
/// that it adds swallows the scores.
struct FullAttention: PatternAttention {
  let context: AttentionContext

  /// Writes the context of every token.
  func run() {
    let inputs = context.inputs
    let length = inputs.length
    let heads = context.configuration.headCount
    let parts = (length + AttentionContext.taskQueries - 1) / AttentionContext.taskQueries
    context.workers.run(inputs.sequences.count * heads * parts) { task, worker in
      let head = task / parts % heads
      let sequence = task / parts / heads
      let first = task % parts * AttentionContext.taskQueries
      // Packed sequences are of different lengths.
      let end = min(inputs.sequences[sequence].isKept.count, first + AttentionContext.taskQueries)
      guard first < end else { return }
      let queries = first..<end
      let memory = context.memory.workers[worker]
      let attention = self.attention(sequence, head: head, memory.keys)
      attention.attend(
        context.projected(.query, sequence: sequence, head: head).rows(queries), first: first,
        into: context.target(sequence: sequence, head: head).rows(queries),
        scratch: memory.scratch)
    }
  }

  /// What the queries of a head see, packed into a worker's memory.
  func attention(_ sequence: Int, head: Int, _ memory: KeyMemory) -> HeadAttention {
    let mask = context.inputs.sequences[sequence]
    let isBlind = mask.keptRange.isEmpty
    let end = isBlind ? mask.isKept.count : mask.keptRange.upperBound
    // Keys before the first unpadded one that the part's alignment lets in.
    let start =
      isBlind ? 0 : mask.keptRange.lowerBound / PackedKeys.alignment * PackedKeys.alignment
    let keys = start..<end
    let isPlain = isBlind || mask.isGapless && start == mask.keptRange.lowerBound
    func part(_ projection: AttentionContext.Projection) -> Matrix {
      context.projected(projection, sequence: sequence, head: head).rows(keys)
    }
    return HeadAttention(
      scale: isBlind ? 0 : context.scale,
      band: PackedKeys(
        part(.key), part(.value), first: start, end: end,
        hidden: isPlain ? [] : keys.map { !mask.isKept[$0] }, in: memory),
      left: HeadAttention.unlimited, right: HeadAttention.unlimited)
  }
}
