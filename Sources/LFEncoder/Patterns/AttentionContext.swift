import LFCore
import LFFamilies

/// What every pattern's attention works on, in one layer.
struct AttentionContext: Sendable {
  let configuration: ModelConfiguration
  let inputs: PreparedInputs
  let memory: AttentionMemory
  /// Count their time for the pattern's part.
  let workers: Workers

  /// One of the three projections of a token in local attention, in the order
  /// in which they lie side by side.
  enum Projection: Int {
    case query, key, value
  }

  /// Queries that one task takes: enough that their keys are packed once for
  /// many, few enough that a head of a long sequence is more than one task.
  static let taskQueries = 2048

  /// What scores are multiplied by: 1/√D.
  var scale: Float { 1 / Float(configuration.headSize).squareRoot() }

  /// Columns of a head in a matrix of width H.
  func columns(of head: Int) -> Range<Int> {
    let size = configuration.headSize
    return head * size..<(head + 1) * size
  }

  /// One head's part of a projection of one sequence.  [S, D]
  func projected(_ projection: Projection, sequence: Int, head: Int) -> Matrix {
    let start = projection.rawValue * configuration.hiddenSize
    let columns = columns(of: head)
    return memory.projected.rows(rows(of: sequence))
      .columns(start + columns.lowerBound..<start + columns.upperBound)
  }

  /// One head's part of the context of one sequence.  [S, D]
  func target(sequence: Int, head: Int) -> Matrix {
    memory.context.rows(rows(of: sequence)).columns(columns(of: head))
  }

  /// Rows of a sequence in a matrix of all tokens.
  func rows(of sequence: Int) -> Range<Int> { inputs.rows(of: sequence) }
}

/// Memory that the attention of all layers shares; linear in the length.
struct AttentionMemory: Sendable {
  let projected: Matrix  // [N·S, 3H]: query, key, value of every token
  let context: Matrix  // [N·S, H]
  let workers: [Worker]  // one for each

  /// A worker's own memory.
  struct Worker: Sendable {
    /// Of the keys that are seen through the window, or all.
    let keys: KeyMemory
    /// Of global tokens, as others see them.
    let globals: KeyMemory
    let scratch: Matrix  // [1, …]
  }

  init(
    configuration: ModelConfiguration, inputs: PreparedInputs, workers: Workers
  ) throws(LFError) {
    let hidden = configuration.hiddenSize
    projected = try Matrix(rows: inputs.tokens, columns: 3 * hidden)
    context = try Matrix(rows: inputs.tokens, columns: hidden)
    let size = configuration.headSize
    let mostGlobals = inputs.sequences.map(\.globals.count).max() ?? 0
    var most = 0
    for rule in configuration.attention.map(\.rule) {
      let keys = rule.mostKeys(
        ofNeighbours: min(AttentionContext.taskQueries, inputs.length), length: inputs.length)
      most = max(most, keys + PackedKeys.alignment)
      // Rows of many global tokens see the whole sequence.
      let isProjected = mostGlobals > GlobalAttention.mostFolded(configuration)
      if rule.hasGlobalTokens, isProjected { most = max(most, inputs.length) }
    }
    var own: [Worker] = []
    for _ in 0..<workers.count {
      own.append(
        Worker(
          keys: try KeyMemory(count: most, size: size),
          globals: try KeyMemory(count: mostGlobals, size: size),
          scratch: try Matrix(rows: 1, columns: HeadAttention.scratchCount(headSize: size))))
    }
    self.workers = own
  }
}
