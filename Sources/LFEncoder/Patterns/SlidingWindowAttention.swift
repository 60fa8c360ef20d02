import LFCore
import LFFamilies

/// A band around every query, plus global tokens (arXiv 2004.05150, section 3).
///
/// Follows Hugging Face's `LongformerSelfAttention`: a local query sees the
/// unpadded tokens of its window that are not global, and all global tokens
/// through the *local* key and value projections, in one softmax. The context
/// of a padded query is zero. Rows of global tokens are `GlobalAttention`'s.
struct SlidingWindowAttention {
  let context: AttentionContext
  let window: SlidingWindow

  /// Writes the context of every local token, and zero for padded ones.
  func run() throws(LFError) {
    clearPadding()
    var globals: [AttentionBlock.Keys?] = []
    for sequence in context.inputs.sequences.indices { globals.append(try globalKeys(sequence)) }
    let keys = globals
    let tasks = BandTask.all(window: window, inputs: context.inputs)
    context.workers.run(tasks.count) { task, worker in
      run(tasks[task], globals: keys[tasks[task].sequence], context.memory.scratch[worker])
    }
  }

  private func run(
    _ task: BandTask, globals: AttentionBlock.Keys?, _ scratch: AttentionScratch
  ) {
    let mask = context.inputs.sequences[task.sequence]
    let columns = context.columns(of: task.head)
    func part(_ projection: AttentionContext.Projection) -> Matrix {
      context.projected(projection, sequence: task.sequence, head: task.head)
        .everyRow(from: task.residue, by: task.step)  // [n of the class, D]
    }
    // Padding at the ends of the sequence drops out of queries and keys.
    let kept = task.indices(in: mask.keptRange)
    let queries = task.queries.clamped(to: kept)
    guard !queries.isEmpty else { return }
    let right = window.isCausal ? 0 : window.oneSided
    let reach = max(0, queries.lowerBound - window.oneSided)..<queries.upperBound + right
    let band = reach.clamped(to: kept)

    var block = AttentionBlock(
      queries: part(.query).rows(queries), scale: context.scale)
    block.band = .init(part(.key).rows(band), part(.value).rows(band))
    block.first = queries.lowerBound - window.oneSided - band.lowerBound
    block.width = window.oneSided + 1 + right
    if let globals {
      block.outside = .init(globals.keys.columns(columns), globals.values.columns(columns))
      if window.isCausal {
        block.limits = queries.map { Int64(mask.globals(through: task.position($0))) }
      }
    }
    if globals != nil || !mask.isGapless {
      let globalPart = Array(repeating: false, count: mask.globals.count)
      block.isHidden =
        globalPart
        + band.map { !mask.isKept[task.position($0)] || mask.isGlobal[task.position($0)] }
    }
    let target = context.memory.context.rows(context.rows(of: task.sequence)).columns(columns)
      .everyRow(from: task.residue, by: task.step).rows(queries)  // [m, D]
    block.run(scratch, into: target)
    if !mask.isGapless {
      for (row, query) in queries.enumerated() where !mask.isKept[task.position(query)] {
        target.rows(row..<row + 1).fill(0)
      }
    }
  }

  /// Local keys and values of a sequence's global tokens, close together.
  private func globalKeys(_ sequence: Int) throws(LFError) -> AttentionBlock.Keys? {
    let mask = context.inputs.sequences[sequence]
    guard !mask.globals.isEmpty, mask.hasLocal else { return nil }
    let hidden = context.configuration.hiddenSize
    let projected = context.memory.projected.rows(context.rows(of: sequence))  // [S, 3H]
    let keys = try projected.columns(hidden..<2 * hidden).gathered(mask.globals)  // [g, H]
    let values = try projected.columns(2 * hidden..<3 * hidden).gathered(mask.globals)  // [g, H]
    return .init(keys, values)
  }

  private func clearPadding() {
    for (sequence, mask) in context.inputs.sequences.enumerated() {
      for position in mask.isKept.indices where !mask.isKept[position] {
        let row = sequence * context.inputs.length + position
        context.memory.context.rows(row..<row + 1).fill(0)
      }
    }
  }
}
