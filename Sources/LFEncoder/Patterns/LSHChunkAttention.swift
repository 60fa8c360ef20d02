import CKernels
import LFCore
import LFFamilies

/// Chunks of queries and keys that are sorted by their buckets (Reformer); see
/// `LSHAttention`.
///
/// A query's context is the mean of those of all rounds, each weighted by the
/// sum of its weights, which is what one softmax over all the keys would give, a
/// key counted in each round that shows it.
struct LSHChunkAttention: PatternAttention {
  let context: AttentionContext
  let rule: LSHAttention

  /// A worker's own memory.
  struct Memory: Sendable {
    let planes: PackedMatrix  // [rounds · columns, D]
    let hashed: Matrix  // [block, rounds · columns]
    let queries: Matrix  // [chunk, D]
    let keys: Matrix  // [2 chunks, D]
    let values: Matrix  // [2 chunks, D]
    let packed: KeyMemory  // of 2 chunks
    let later: KeyMemory  // of a chunk
    let results: Matrix  // [rounds · S, D]
    let result: Matrix  // [chunk, D]

    init(_ rule: LSHAttention, length: Int, size: Int) throws(LFError) {
      let columns = rule.rounds * rule.columns(length)
      let chunk = rule.chunk
      planes = try PackedMatrix(
        rows: columns, columns: size, depth: PackedMatrix.scoreDepth(size))
      hashed = try Matrix(rows: LSHChunkAttention.hashedRows, columns: columns)
      queries = try Matrix(rows: chunk, columns: size)
      keys = try Matrix(rows: 2 * chunk, columns: size)
      values = try Matrix(rows: 2 * chunk, columns: size)
      packed = try KeyMemory(count: 2 * chunk, size: size)
      later = try KeyMemory(count: chunk, size: size)
      results = try Matrix(rows: rule.rounds * length, columns: size)
      result = try Matrix(rows: chunk, columns: size)
    }
  }

  /// Tokens that are hashed at a time.
  private static let hashedRows = 256

  func run() throws(LFError) {
    context.clearPadding()
    if rule.isShared { shareQueries() }
    let globals = try context.globalKeys()
    let heads = context.configuration.headCount
    var own: [Memory] = []
    for _ in 0..<context.workers.count { own.append(try memory()) }
    let memories = own
    context.workers.run(context.inputs.sequences.count * heads) { task, worker in
      let (sequence, head) = (task / heads, task % heads)
      guard context.inputs.sequences[sequence].hasLocal else { return }
      let arrangement = arrangement(sequence, head, memories[worker])
      LSHHead(
        context: context, rule: rule, arrangement: arrangement, sequence: sequence, head: head,
        globals: globals[sequence], memory: memories[worker],
        worker: context.memory.workers[worker]
      ).run()
    }
  }

  func settledRule(sequence: Int, head: Int) -> (any AttentionRule)? {
    // Memory for the hashing of one head; without it nothing has been computed.
    guard let memory = try? memory() else { return nil }
    return arrangement(sequence, head, memory)
  }

  private func memory() throws(LFError) -> Memory {
    try Memory(rule, length: context.inputs.length, size: context.configuration.headSize)
  }

  // MARK: Shared queries and keys

  /// Replaces the keys of all tokens by their queries, divided by the root of
  /// their mean square: k = q / √(mean(q²) + 1e-6).
  private func shareQueries() {
    let inputs = context.inputs
    let heads = context.configuration.headCount
    context.workers.run(inputs.sequences.count * heads) { task, _ in
      let (sequence, head) = (task / heads, task % heads)
      let queries = context.projected(.query, sequence: sequence, head: head)  // [S, D]
      let keys = context.projected(.key, sequence: sequence, head: head)  // [S, D]
      for row in 0..<queries.rows {
        var sum = 0.0
        for column in 0..<queries.columns {
          sum += Double(queries[row, column]) * Double(queries[row, column])
        }
        let norm = (sum / Double(queries.columns) + 1e-6).squareRoot()
        for column in 0..<queries.columns {
          keys[row, column] = Float(Double(queries[row, column]) / norm)
        }
      }
    }
  }

  // MARK: Hashing

  /// Sorts the positions of one head of a sequence.
  private func arrangement(_ sequence: Int, _ head: Int, _ memory: Memory) -> LSHArrangement {
    let configuration = context.configuration
    let length = context.inputs.length
    let (size, columns) = (configuration.headSize, rule.columns(length))
    let rows = rule.rotations.rows(
      layer: rule.layer, head: head, of: configuration.headCount, size: size, rounds: rule.rounds,
      columns: columns)
    memory.planes.pack(rows)
    let queries = buckets(context.projected(.query, sequence: sequence, head: head), memory)
    let keys =
      rule.isShared
      ? queries : buckets(context.projected(.key, sequence: sequence, head: head), memory)
    return LSHArrangement(
      rule: rule, queries: queries, keys: keys,
      buckets: rule.bucketFactors(length).reduce(1, *),
      isKept: context.inputs.sequences[sequence].isKept)
  }

  /// The bucket of each row in each round, [rounds][S].
  ///
  /// - Parameter rows: [S, D].
  private func buckets(_ rows: Matrix, _ memory: Memory) -> [[Int]] {
    let factors = rule.bucketFactors(rows.rows)
    let columns = rule.columns(rows.rows)
    var buckets = [[Int]](
      repeating: [Int](repeating: 0, count: rows.rows), count: rule.rounds)
    for start in stride(from: 0, to: rows.rows, by: Self.hashedRows) {
      let block = start..<min(rows.rows, start + Self.hashedRows)
      let hashed = memory.hashed.rows(0..<block.count)  // [m, rounds · columns]
      Kernels.linear(rows.rows(block), memory.planes, outputs: 0..<hashed.columns, into: hashed)
      for row in block {
        for round in 0..<rule.rounds {
          var (first, unit) = (round * columns, 1)
          for factor in factors {
            buckets[round][row] +=
              unit
              * Self.side(
                hashed, row - start, first..<first + factor / 2)
            first += factor / 2
            unit *= factor
          }
        }
      }
    }
    return buckets
  }

  /// Number of the largest of x and −x, of equal ones the first.
  private static func side(_ x: Matrix, _ row: Int, _ columns: Range<Int>) -> Int {
    var (best, largest) = (0, -Float.infinity)
    for (index, column) in columns.enumerated() where x[row, column] > largest {
      (best, largest) = (index, x[row, column])
    }
    for (index, column) in columns.enumerated() where -x[row, column] > largest {
      (best, largest) = (columns.count + index, -x[row, column])
    }
    return best
  }
}

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
