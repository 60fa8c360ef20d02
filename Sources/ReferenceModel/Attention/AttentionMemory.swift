import ModelFamilies
import TensorCore

/// Memory that the attention of all layers shares; linear in the length.
struct AttentionMemory: Sendable {
  let projected: Matrix  // [N·S, 3H]: query, key, value of every token
  let context: Matrix  // [N·S, H]
  let scratch: [AttentionScratch]  // one for each worker

  init(
    configuration: ModelConfiguration, inputs: PreparedInputs, workers: Workers
  ) throws(LFError) {
    let hidden = configuration.hiddenSize
    projected = try Matrix(rows: inputs.tokens, columns: 3 * hidden)
    context = try Matrix(rows: inputs.tokens, columns: hidden)
    let mostGlobals = inputs.sequences.map(\.globals.count).max() ?? 0
    var columns = 1
    for pattern in configuration.attention {
      switch pattern {
      case .full: columns = max(columns, inputs.length)
      case .slidingWindow(let window):
        let band = min(inputs.length, AttentionBlock.rows + 2 * window.oneSided)
        columns = max(columns, mostGlobals + band)
        let isProjected = mostGlobals > GlobalAttention.mostFolded(configuration)
        if isProjected { columns = max(columns, inputs.length) }
      }
    }
    var scratch: [AttentionScratch] = []
    for _ in 0..<workers.count {
      scratch.append(try AttentionScratch(rows: AttentionBlock.rows, columns: columns))
    }
    self.scratch = scratch
  }

  /// One head's part of the projections of one sequence.
  ///
  /// - Parameter part: 0 query, 1 key, 2 value.
  func part(_ part: Int, sequence: Int, length: Int, head: Int, size: Int) -> Matrix {
    let start = part * projected.columns / 3 + head * size
    return projected.rows(sequence * length..<(sequence + 1) * length)
      .columns(start..<start + size)  // [S, D]
  }
}
