import LFCore
import LFFamilies

/// Neighbouring queries of one head that all see the same keys, or of these the
/// ones up to themselves.
struct KeyRangeTask: Sendable {
  let sequence: Int
  let head: Int
  let queries: Range<Int>
  /// What they see, in the order of the sums; keys may occur several times.
  let keys: [Range<Int>]
  /// Whether a query sees no key after itself; then there is one range.
  var isCausal = false

  /// Tasks for some queries, cut so that a long stretch is more than one.
  static func cut(
    sequence: Int, head: Int, queries: Range<Int>, keys: [Range<Int>], isCausal: Bool = false
  ) -> [KeyRangeTask] {
    stride(from: queries.lowerBound, to: queries.upperBound, by: AttentionContext.taskQueries).map {
      KeyRangeTask(
        sequence: sequence, head: head,
        queries: $0..<min(queries.upperBound, $0 + AttentionContext.taskQueries), keys: keys,
        isCausal: isCausal)
    }
  }
}

/// Attention of patterns that show ranges of keys to blocks of queries, and
/// global tokens on top.
///
/// The context of a padded query is zero, and so is that of a query that sees
/// nothing.
struct KeyRangeAttention {
  let context: AttentionContext

  /// Memory of a worker for keys that are not side by side.
  private struct Gathered: Sendable {
    let keys: Matrix  // [most, D]
    let values: Matrix  // [most, D]
  }

  /// Writes the context of all local queries.
  func run(_ tasks: [KeyRangeTask]) throws(LFError) {
    context.clearPadding()
    let globals = try context.globalKeys()
    let most = tasks.map { $0.keys.count > 1 ? $0.keys.reduce(0) { $0 + $1.count } : 0 }.max() ?? 0
    var memories: [Gathered] = []
    for _ in 0..<context.workers.count {
      let size = context.configuration.headSize
      memories.append(
        Gathered(
          keys: try Matrix(rows: most, columns: size), values: try Matrix(rows: most, columns: size)
        ))
    }
    let gathered = memories
    context.workers.run(tasks.count) { task, worker in
      run(
        tasks[task], globals[tasks[task].sequence], context.memory.workers[worker],
        gathered[worker])
    }
  }

  private func run(
    _ task: KeyRangeTask, _ globals: GlobalKeys?, _ memory: AttentionMemory.Worker,
    _ gathered: Gathered
  ) {
    let mask = context.inputs.sequences[task.sequence]
    // Padding at the ends of the sequence drops out.
    let queries = task.queries.clamped(to: mask.keptRange)
    guard mask.hasLocal, !queries.isEmpty else { return }
    let start = task.keys.first?.lowerBound ?? 0
    let end = mask.keptRange.upperBound
    let keys = task.keys.map { $0.lowerBound..<max($0.lowerBound, min($0.upperBound, end)) }
    let target = context.target(sequence: task.sequence, head: task.head).rows(queries)  // [m, D]
    var attention = HeadAttention(
      scale: context.scale, band: packed(task, keys, mask, memory.keys, gathered),
      left: HeadAttention.unlimited, right: task.isCausal ? 0 : HeadAttention.unlimited)
    if let globals {
      attention.global = globals.packed(context.columns(of: task.head), in: memory.globals)
      if task.isCausal { attention.limits = queries.map { Int64(mask.globals(through: $0)) } }
    }
    attention.attend(
      context.projected(.query, sequence: task.sequence, head: task.head).rows(queries),
      first: task.isCausal ? queries.lowerBound - start : 0, into: target,
      scratch: memory.scratch)
    if !mask.isGapless {
      for (row, query) in queries.enumerated() where !mask.isKept[query] {
        target.rows(row..<row + 1).fill(0)
      }
    }
  }

  /// The keys of a task; nil when there are none.
  private func packed(
    _ task: KeyRangeTask, _ ranges: [Range<Int>], _ mask: SequenceMask, _ memory: KeyMemory,
    _ gathered: Gathered
  ) -> PackedKeys? {
    let count = ranges.reduce(0) { $0 + $1.count }
    guard count > 0 else { return nil }
    let keys = context.projected(.key, sequence: task.sequence, head: task.head)  // [S, D]
    let values = context.projected(.value, sequence: task.sequence, head: task.head)
    let hidden = ranges.flatMap { $0.map { !mask.isKept[$0] || mask.isGlobal[$0] } }
    guard ranges.count > 1 else {
      return PackedKeys(
        keys.rows(ranges[0]), values.rows(ranges[0]), end: count, hidden: hidden, in: memory)
    }
    var next = 0
    for range in ranges {
      gathered.keys.rows(next..<next + range.count).copy(keys.rows(range))
      gathered.values.rows(next..<next + range.count).copy(values.rows(range))
      next += range.count
    }
    return PackedKeys(
      gathered.keys.rows(0..<count), gathered.values.rows(0..<count), end: count, hidden: hidden,
      in: memory)
  }
}
