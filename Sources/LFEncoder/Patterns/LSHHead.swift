import CKernels
import LFCore
import LFFamilies

/// One head of one sequence in LSH attention, chunk by chunk and round by round.
struct LSHHead {
  let context: AttentionContext
  let rule: LSHAttention
  let arrangement: LSHArrangement
  let sequence: Int
  let head: Int
  let globals: GlobalKeys?
  let memory: LSHChunkAttention.Memory
  let worker: AttentionMemory.Worker

  private var mask: SequenceMask { context.inputs.sequences[sequence] }

  /// What the weights of a query sum up to in one round.
  private struct Total {
    var maximum = -Float.infinity
    var sum = 0.0
  }

  /// Writes the context of all local queries.
  func run() {
    let length = context.inputs.length
    var totals = [Total](repeating: Total(), count: rule.rounds * length)
    for chunk in 0..<arrangement.chunkCount { run(chunk, &totals) }
    let target = context.target(sequence: sequence, head: head)  // [S, D]
    for query in 0..<length where isLocal(query) {
      join(query, totals, into: target.rows(query..<query + 1))
    }
  }

  private func isLocal(_ position: Int) -> Bool {
    mask.isKept[position] && !mask.isGlobal[position]
  }

  // MARK: A chunk

  private func run(_ chunk: Int, _ totals: inout [Total]) {
    let queries = arrangement.queries(of: chunk).filter(isLocal)
    guard !queries.isEmpty else { return }
    let before = arrangement.keys(of: arrangement.chunk(before: chunk)).filter(isLocal)
    let own = arrangement.keys(of: chunk).filter(isLocal)
    guard rule.isShared else {
      run(queries, chunk, attention(before + own, in: memory.packed, chunk), &totals)
      return
    }
    // A query's own position is left out wherever it lies: in its own chunk the
    // keys before it and those behind it are two groups, and where the chunk
    // before, of another round, has it too, the query goes alone.
    let repeated = Set(before).intersection(queries)
    if repeated.isEmpty {
      let split = SplitKeys(before: before.count, own: own.count)
      run(queries, chunk, attention(split, before + own, own), &totals)
      return
    }
    for query in queries {
      let others = (before + own).filter { $0 != query }
      run([query], chunk, attention(others, in: memory.packed, chunk), &totals)
    }
  }

  /// Sizes of the two parts of a chunk's keys.
  private struct SplitKeys {
    let before: Int
    let own: Int
  }

  /// All keys, and in the first round the global ones.
  private func attention(
    _ positions: [Int], in packed: KeyMemory, _ chunk: Int
  ) -> HeadAttention {
    var attention = HeadAttention(
      scale: context.scale, band: positions.isEmpty ? nil : pack(positions, packed),
      left: HeadAttention.unlimited, right: HeadAttention.unlimited)
    if let globals, arrangement.round(of: chunk) == 0 {
      attention.global = globals.packed(context.columns(of: head), in: worker.globals)
    }
    return attention
  }

  /// For query t of a chunk the keys of the chunk before, the first t of its own,
  /// and those behind them but one.
  private func attention(_ split: SplitKeys, _ all: [Int], _ own: [Int]) -> HeadAttention {
    var attention = HeadAttention(
      scale: context.scale, band: pack(own, memory.later), left: -1,
      right: HeadAttention.unlimited)
    attention.global = pack(all, memory.packed)
    attention.limits = (0..<split.own).map { Int64(split.before + $0) }
    return attention
  }

  private func pack(_ positions: [Int], _ packed: KeyMemory) -> PackedKeys {
    let keys = memory.keys.rows(0..<positions.count)  // [n, D]
    let values = memory.values.rows(0..<positions.count)  // [n, D]
    gather(positions, .key, into: keys)
    gather(positions, .value, into: values)
    return PackedKeys(keys, values, end: positions.count, in: packed)
  }

  private func gather(
    _ positions: [Int], _ projection: AttentionContext.Projection, into target: Matrix
  ) {
    let source = context.projected(projection, sequence: sequence, head: head)  // [S, D]
    for (row, position) in positions.enumerated() {
      target.rows(row..<row + 1).copy(source.rows(position..<position + 1))
    }
  }

  private func run(
    _ queries: [Int], _ chunk: Int, _ attention: HeadAttention, _ totals: inout [Total]
  ) {
    let rows = memory.queries.rows(0..<queries.count)  // [m, D]
    let result = memory.result.rows(0..<queries.count)  // [m, D]
    gather(queries, .query, into: rows)
    let (maxima, sums) = attention.attendWithTotals(
      rows, first: 0, into: result, scratch: worker.scratch)
    let start = arrangement.round(of: chunk) * context.inputs.length
    for (row, query) in queries.enumerated() {
      totals[start + query] = Total(maximum: maxima[row], sum: sums[row])
      memory.results.rows(start + query..<start + query + 1).copy(result.rows(row..<row + 1))
    }
  }

  // MARK: Rounds

  /// Joins the rounds of one query.
  ///
  /// - Parameter target: [1, D].
  private func join(_ query: Int, _ totals: [Total], into target: Matrix) {
    let length = context.inputs.length
    let rows = (0..<rule.rounds).map { $0 * length + query }
    let peak = rows.map { totals[$0].maximum }.max() ?? -.infinity
    target.fill(0)
    guard peak > -.infinity else {
      // With nothing else to see, the own position is seen.
      if rule.isShared {
        let values = context.projected(.value, sequence: sequence, head: head)
        target.copy(values.rows(query..<query + 1))
      }
      return
    }
    let weights = rows.map {
      totals[$0].sum * lf_exp_double(Double(totals[$0].maximum) - Double(peak))
    }
    let all = weights.reduce(0, +)
    for (row, weight) in zip(rows, weights) where weight > 0 {
      Kernels.add(memory.results.rows(row..<row + 1), scaled: Float(weight / all), to: target)
    }
  }
}
