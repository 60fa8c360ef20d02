import LFCore
import LFFamilies

/// Who attends to whom in one layer, and how much: on request, as a dense table.
///
/// The forward pass never holds such a table. This makes it from the same
/// queries and keys, a row of scores at a time, after the layer's attention and
/// before its states are replaced. As in Hugging Face, the row of a padded query
/// is zero in a Longformer and like any other in a RoBERTa.
struct AttentionProbabilities {
  let context: AttentionContext
  let weights: LayerWeights
  let rule: any AttentionRule
  /// Settles what depends on the states.
  let attention: any PatternAttention

  /// Queries and keys of a sequence's global tokens.
  private struct Global {
    let queries: Matrix  // [g, H]
    let keys: Matrix  // [S, H]
  }

  /// The table of all sequences and heads, [N, heads, S, S].
  ///
  /// - Parameters:
  ///   - states: [N·S, H], the layer's input.
  ///   - name: of the output.
  func table(_ states: Matrix, name: String) throws(LFError) -> OutputTensor {
    let length = context.inputs.length
    let heads = context.configuration.headCount
    let sequences = context.inputs.sequences.count
    var found: [Global?] = []
    for sequence in 0..<sequences { found.append(try global(states, sequence)) }
    let globals = found
    var memories: [Memory] = []
    for _ in 0..<context.workers.count {
      memories.append(try Memory(length: length, size: context.configuration.headSize))
    }
    let memory = memories  // one for each worker
    return OutputTensor(
      name: name, shape: [sequences, heads, length, length],
      rows: sequences * heads * length, columns: length
    ) { table in
      context.workers.run(sequences * heads) { task, worker in
        let (head, sequence) = (task % heads, task / heads)
        write(
          table.rows(task * length..<(task + 1) * length), head: head, sequence: sequence,
          globals[sequence], memory[worker])
      }
    }
  }

  /// A worker's own memory.
  private struct Memory: Sendable {
    let keys: PackedMatrix  // [S, D]
    let hidden: Matrix  // [1, S]
    let maximum: Matrix  // [1, 1]
    let sum: Matrix  // [1, 1]

    init(length: Int, size: Int) throws(LFError) {
      keys = try PackedMatrix(rows: length, columns: size, depth: PackedMatrix.scoreDepth(size))
      hidden = try Matrix(rows: 1, columns: length)
      maximum = try Matrix(rows: 1, columns: 1)
      sum = try Matrix(rows: 1, columns: 1)
    }
  }

  /// Writes one head's table, [S, S].
  private func write(
    _ table: Matrix, head: Int, sequence: Int, _ global: Global?, _ memory: Memory
  ) {
    let length = context.inputs.length
    let mask = context.inputs.sequences[sequence]
    if rule.paddedQueries == .attend, mask.keptRange.isEmpty {
      table.fill(1 / Float(length))  // see `PaddedQueries.attend`
      return
    }
    if mask.hasLocal || rule.paddedQueries == .attend {
      memory.keys.pack(0..<length, context.projected(.key, sequence: sequence, head: head))
      Kernels.linear(
        context.projected(.query, sequence: sequence, head: head), memory.keys,
        outputs: 0..<length, into: table)
    }
    if let global {
      let columns = context.columns(of: head)
      memory.keys.pack(0..<length, global.keys.columns(columns))
      for (place, query) in mask.globals.enumerated() {
        Kernels.linear(
          global.queries.rows(place..<place + 1).columns(columns), memory.keys,
          outputs: 0..<length, into: table.rows(query..<query + 1))
      }
    }
    let rule = attention.settledRule(sequence: sequence, head: head) ?? rule
    let visible = VisibleKeys(rule: rule, mask: mask)
    for query in 0..<length {
      let row = table.rows(query..<query + 1)  // [1, S]
      guard visible.write(query: query, head: head, into: memory.hidden) else {
        row.fill(0)
        continue
      }
      Kernels.softmax(
        row, scale: context.scale, limits: nil, hidden: memory.hidden, maxima: memory.maximum,
        sums: memory.sum)
      weigh(row, by: memory.hidden, memory.sum)
      Kernels.divideRows(row, by: memory.sum)
    }
  }

  /// Multiplies weights by how often each key counts, where one does several
  /// times.
  ///
  /// - Parameters:
  ///   - row: [1, S].
  ///   - counts: [1, S], of `VisibleKeys`.
  ///   - sum: [1, 1], replaced.
  private func weigh(_ row: Matrix, by counts: Matrix, _ sum: Matrix) {
    var total = 0.0
    var isRepeated = false
    for key in 0..<row.columns {
      if counts[0, key] > 0 {
        row[0, key] *= counts[0, key] + 1
        isRepeated = true
      }
      total += Double(row[0, key])
    }
    if isRepeated { sum[0, 0] = Float(total) }
  }

  /// Projections of a sequence for its global tokens; nil when it has none.
  private func global(_ states: Matrix, _ sequence: Int) throws(LFError) -> Global? {
    let mask = context.inputs.sequences[sequence]
    guard let global = weights.global, !mask.globals.isEmpty else { return nil }
    let states = states.rows(context.rows(of: sequence))  // [S, H]
    return Global(
      queries: try global.query.applied(to: try states.gathered(mask.globals), context.workers),
      keys: try global.key.applied(to: states, context.workers))
  }
}
