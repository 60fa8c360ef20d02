import LFCore
import LFFamilies

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
    for rule in configuration.attention.map(\.rule) {
      let keys = rule.mostKeys(ofNeighbours: AttentionBlock.rows, length: inputs.length)
      columns = max(columns, keys + (rule.hasGlobalTokens ? mostGlobals : 0))
      // Rows of many global tokens see the whole sequence.
      let isProjected = mostGlobals > GlobalAttention.mostFolded(configuration)
      if rule.hasGlobalTokens, isProjected { columns = max(columns, inputs.length) }
    }
    var scratch: [AttentionScratch] = []
    for _ in 0..<workers.count {
      scratch.append(try AttentionScratch(rows: AttentionBlock.rows, columns: columns))
    }
    self.scratch = scratch
  }
}
