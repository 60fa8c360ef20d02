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
