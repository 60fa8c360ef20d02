import LFCore
import LFFamilies

/// A band around every query, plus global tokens (arXiv 2004.05150, section 3).
///
/// Follows Hugging Face's `LongformerSelfAttention`: a local query sees the
/// unpadded tokens of its window that are not global, and all global tokens
/// through the *local* key and value projections, in one softmax. The context
/// of a padded query is zero. Rows of global tokens are `GlobalAttention`'s.
struct SlidingWindowAttention: PatternAttention {
  let context: AttentionContext
  let window: SlidingWindow

  /// Writes the context of every local token, and zero for padded ones.
  func run() throws(LFError) {
    context.clearPadding()
    let globals = try context.globalKeys()
    let tasks = BandTask.all(window: window, inputs: context.inputs)
    context.workers.run(tasks.count) { task, worker in
      run(tasks[task], globals[tasks[task].sequence], context.memory.workers[worker])
    }
  }

  private func run(_ task: BandTask, _ globals: GlobalKeys?, _ memory: AttentionMemory.Worker) {
    let mask = context.inputs.sequences[task.sequence]
    // Padding at the ends of the sequence drops out of the queries.
    let queries = task.queries.clamped(to: task.indices(in: mask.keptRange))
    guard !queries.isEmpty else { return }
    let attention = attention(task, queries, globals, memory)
    let rows = context.projected(.query, sequence: task.sequence, head: task.head)
      .everyRow(from: task.residue, by: task.step).rows(queries)  // [m, D]
    let target = context.target(sequence: task.sequence, head: task.head)
      .everyRow(from: task.residue, by: task.step).rows(queries)  // [m, D]
    attention.attend(rows, first: queries.lowerBound, into: target, scratch: memory.scratch)
    if !mask.isGapless {
      for (row, query) in queries.enumerated() where !mask.isKept[task.position(query)] {
        target.rows(row..<row + 1).fill(0)
      }
    }
  }

  /// What some queries see, packed into a worker's memory.
  ///
  /// - Parameter queries: of the task's class, from the first unpadded token to
  ///   the last.
  func attention(
    _ task: BandTask, _ queries: Range<Int>, _ globals: GlobalKeys?,
    _ memory: AttentionMemory.Worker
  ) -> HeadAttention {
    let mask = context.inputs.sequences[task.sequence]
    let right = window.isCausal ? 0 : window.oneSided
    let end = task.indices(in: mask.keptRange).upperBound
    // From where the first query looks to where the last one does.
    let low = max(0, queries.lowerBound - window.oneSided)
    let keys =
      low / PackedKeys.alignment * PackedKeys.alignment..<min(end, queries.upperBound + right)
    func part(_ projection: AttentionContext.Projection) -> Matrix {
      context.projected(projection, sequence: task.sequence, head: task.head)
        .everyRow(from: task.residue, by: task.step).rows(keys)  // [n, D]
    }
    let isPlain =
      globals == nil && mask.isGapless
      && task.position(keys.lowerBound) >= mask.keptRange.lowerBound
    let hidden =
      isPlain
      ? []
      : keys.map { !mask.isKept[task.position($0)] || mask.isGlobal[task.position($0)] }
    var attention = HeadAttention(
      scale: context.scale,
      band: PackedKeys(
        part(.key), part(.value), first: keys.lowerBound, end: end, hidden: hidden,
        in: memory.keys),
      left: window.oneSided, right: right)
    if let globals {
      let columns = context.columns(of: task.head)
      attention.global = globals.packed(columns, in: memory.globals)
      if window.isCausal {
        attention.limits = queries.map { Int64(mask.globals(through: task.position($0))) }
      }
    }
    return attention
  }
}
