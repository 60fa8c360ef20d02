import ModelFamilies
import TensorCore

/// A band around every query, plus global tokens (arXiv 2004.05150, section 3).
///
/// Follows Hugging Face's `LongformerSelfAttention`: a local query sees the
/// unpadded tokens of its window that are not global, and all global tokens
/// through the *local* key and value projections, in one softmax. The context
/// of a padded query is zero. Rows of global tokens are `GlobalAttention`'s.
struct SlidingWindowAttention {
  let configuration: ModelConfiguration
  let window: SlidingWindow
  let inputs: PreparedInputs
  let memory: AttentionMemory
  let workers: Workers

  /// Writes the context of every local token, and zero for padded ones.
  func run() throws(LFError) {
    clearPadding()
    var globals: [AttentionBlock.Keys?] = []
    for sequence in inputs.sequences.indices { globals.append(try globalKeys(sequence)) }
    let keys = globals
    let tasks = BandTask.all(window: window, inputs: inputs)
    workers.run(tasks.count) { task, worker in
      run(tasks[task], globals: keys[tasks[task].sequence], memory.scratch[worker])
    }
  }

  private func run(
    _ task: BandTask, globals: AttentionBlock.Keys?, _ scratch: AttentionScratch
  ) {
    let mask = inputs.sequences[task.sequence]
    let size = configuration.headSize
    let columns = task.head * size..<(task.head + 1) * size
    func part(_ index: Int) -> Matrix {
      memory.part(
        index, sequence: task.sequence, length: inputs.length, head: task.head, size: size
      ).everyRow(from: task.residue, by: task.step)  // [n of the class, D]
    }
    // Padding at the ends of the sequence drops out of queries and keys.
    let kept = task.indices(in: mask.keptRange)
    let queries = task.queries.clamped(to: kept)
    guard !queries.isEmpty else { return }
    let right = window.isCausal ? 0 : window.oneSided
    let reach = max(0, queries.lowerBound - window.oneSided)..<queries.upperBound + right
    let band = reach.clamped(to: kept)

    var block = AttentionBlock(
      queries: part(0).rows(queries), scale: 1 / Float(size).squareRoot())
    block.band = .init(part(1).rows(band), part(2).rows(band))
    block.first = queries.lowerBound - window.oneSided - band.lowerBound
    block.width = window.oneSided + 1 + right
    if let globals {
      block.head = .init(globals.keys.columns(columns), globals.values.columns(columns))
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
    let start = task.sequence * inputs.length
    let context = memory.context.rows(start..<start + inputs.length).columns(columns)
      .everyRow(from: task.residue, by: task.step).rows(queries)  // [m, D]
    block.run(scratch, into: context)
    if !mask.isGapless {
      for (row, query) in queries.enumerated() where !mask.isKept[task.position(query)] {
        context.rows(row..<row + 1).fill(0)
      }
    }
  }

  /// Local keys and values of a sequence's global tokens, close together.
  private func globalKeys(_ sequence: Int) throws(LFError) -> AttentionBlock.Keys? {
    let mask = inputs.sequences[sequence]
    guard !mask.globals.isEmpty, mask.hasLocal else { return nil }
    let hidden = configuration.hiddenSize
    let start = sequence * inputs.length
    let projected = memory.projected.rows(start..<start + inputs.length)  // [S, 3H]
    let keys = try projected.columns(hidden..<2 * hidden).gathered(mask.globals)  // [g, H]
    let values = try projected.columns(2 * hidden..<3 * hidden).gathered(mask.globals)  // [g, H]
    return .init(keys, values)
  }

  private func clearPadding() {
    for (sequence, mask) in inputs.sequences.enumerated() {
      for position in mask.isKept.indices where !mask.isKept[position] {
        let row = sequence * inputs.length + position
        memory.context.rows(row..<row + 1).fill(0)
      }
    }
  }
}
