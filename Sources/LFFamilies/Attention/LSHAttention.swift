public import LFCore

/// Queries and keys sorted by the bucket that they are hashed to; each chunk of
/// queries sees a chunk of keys and the one before (Reformer, arXiv 2001.04451,
/// section 2). Several rounds of hashing are joined by the sum of their weights.
///
/// Which keys a query sees depends on the states: this describes the sizes, and
/// `LSHArrangement` one head of one sequence.
public struct LSHAttention: AttentionRule {
  /// Tokens of a chunk.
  public let chunk: Int
  /// Rounds of hashing, each with hyperplanes of its own.
  public let rounds: Int
  /// Whether the key is the normalised query, as in Reformer itself, and the own
  /// position is seen only where nothing else is.
  public let isShared: Bool
  /// The layer, counted from 0: each has hyperplanes of its own.
  public let layer: Int
  /// Where the hyperplanes come from.
  public let rotations: LSHRotations

  /// LSH attention of one layer.
  public init(
    chunk: Int, rounds: Int, isShared: Bool = false, layer: Int = 0,
    rotations: LSHRotations = .seeded(0)
  ) {
    self.chunk = chunk
    self.rounds = rounds
    self.isShared = isShared
    self.layer = layer
    self.rotations = rotations
  }

  // MARK: Buckets

  /// Factors of the number of buckets, one or two, all even.
  ///
  /// Their product is the largest power of two up to 2·(S div chunk). Two
  /// factors are hashed apart, so that hashing stays cheap in long inputs.
  package func bucketFactors(_ length: Int) -> [Int] {
    let chunks = max(1, length / chunk)
    let power = Int.bitWidth - 1 - chunks.leadingZeroBitCount + 1  // ⌊log2(2·chunks)⌋
    let limit = 2 * max(Int(Double(chunks).squareRoot()), chunk)
    guard 1 << power > limit, power >= 2 else { return [1 << power] }
    return [1 << (power / 2), 1 << (power - power / 2)]
  }

  /// Hyperplanes of one round: half of the sum of the factors.
  package func columns(_ length: Int) -> Int { bucketFactors(length).reduce(0, +) / 2 }

  public func check(length: Int, heads: Int, headSize: Int) throws(LFError) {
    guard length >= chunk else {
      throw .refused(
        "input.attention", at: .init(entry: "input_ids"),
        expected: "at least \(chunk) tokens, one chunk", found: "\(length)")
    }
    try rotations.check(layer: layer, heads, headSize, rounds, columns(length))
  }

  // MARK: The rule

  public func visibleKeys(query: Int, head: Int, length: Int) -> [KeyRun] {
    example(length: length).visibleKeys(query: query, head: head, length: length)
  }

  public var pictureLength: Int? { 12 * chunk }

  /// Buckets at random, each as likely; of long inputs not all rounds.
  public func example(length: Int) -> any AttentionRule {
    let rounds = min(rounds, max(1, Self.mostExamples / max(1, length)))
    let rule = LSHAttention(chunk: chunk, rounds: rounds, isShared: isShared)
    var random = SplitMix64(seed: 1)
    let count = bucketFactors(length).reduce(1, *)
    func buckets() -> [[Int]] {
      (0..<rounds).map { _ in (0..<length).map { _ in Int(random.next() >> 33) % count } }
    }
    let queries = buckets()
    return LSHArrangement(
      rule: rule, queries: queries, keys: isShared ? queries : buckets(), buckets: count,
      isKept: Array(repeating: true, count: length))
  }

  /// Tokens of all rounds that an example is made of.
  private static let mostExamples = 1 << 21

  public var hasGlobalTokens: Bool { !isShared }
  public var paddedQueries: PaddedQueries { .zero }
  public func mostKeys(ofNeighbours queries: Int, length: Int) -> Int { 2 * chunk }
  public func countedKeys(head: Int, length: Int) -> Double { Double(2 * chunk * rounds) }

  public var description: String {
    "LSH, chunks of \(chunk), \(rounds) round\(rounds == 1 ? "" : "s")"
      + (isShared ? ", shared queries and keys" : "")
  }

  /// `lsh:CHUNK:ROUNDS` and `lsh-shared:CHUNK:ROUNDS`.
  static let spellings = [false, true].map { isShared in
    AttentionSpelling(
      name: isShared ? "lsh-shared" : "lsh",
      numbers: [
        AttentionSpelling.Number(name: "CHUNK"),
        AttentionSpelling.Number(name: "ROUNDS", range: 1...64),
      ], hasGlobalTokens: !isShared
    ) { (model, numbers) throws(LFError) in
      (0..<model.layers).map { layer in
        .lsh(
          LSHAttention(
            chunk: numbers[0][0], rounds: numbers[1][0], isShared: isShared, layer: layer,
            rotations: model.rotations))
      }
    }
  }
}

/// Who sees whom in one head of one sequence, after hashing.
package struct LSHArrangement: AttentionRule {
  package let rule: LSHAttention
  private let isKept: [Bool]  // [S]
  /// Positions sorted by bucket, in each round; padding comes last.
  private let queryOrder: [[Int]]  // [rounds][S]
  private let keyOrder: [[Int]]  // [rounds][S]
  /// The place of each query in its round's order.
  private let places: [[Int]]  // [rounds][S]
  private let chunks: Int  // of one round

  /// Sorts positions by their buckets.
  ///
  /// - Parameters:
  ///   - queries, keys: bucket of each position in each round, [rounds][S].
  ///   - buckets: how many there are.
  ///   - isKept: whether each position is no padding.
  package init(
    rule: LSHAttention, queries: [[Int]], keys: [[Int]], buckets: Int, isKept: [Bool]
  ) {
    self.rule = rule
    self.isKept = isKept
    chunks = (isKept.count + rule.chunk - 1) / rule.chunk
    queryOrder = queries.map { Self.sorted($0, buckets, isKept) }
    keyOrder = rule.isShared ? queryOrder : keys.map { Self.sorted($0, buckets, isKept) }
    places = queryOrder.map { order in
      var places = [Int](repeating: 0, count: order.count)
      for (place, position) in order.enumerated() { places[position] = place }
      return places
    }
  }

  /// A stable sort by counting.
  private static func sorted(_ buckets: [Int], _ count: Int, _ isKept: [Bool]) -> [Int] {
    func bucket(_ position: Int) -> Int { isKept[position] ? buckets[position] : count }
    var next = [Int](repeating: 0, count: count + 2)
    for position in buckets.indices { next[bucket(position) + 1] += 1 }
    for index in 1..<next.count { next[index] += next[index - 1] }
    var order = [Int](repeating: 0, count: buckets.count)
    for position in buckets.indices {
      order[next[bucket(position)]] = position
      next[bucket(position)] += 1
    }
    return order
  }

  /// Chunks of all rounds.
  package var chunkCount: Int { chunks * rule.rounds }

  /// The round that a chunk belongs to.
  package func round(of chunk: Int) -> Int { chunk / chunks }

  /// The queries of a chunk.
  package func queries(of chunk: Int) -> ArraySlice<Int> {
    queryOrder[chunk / chunks][places(of: chunk)]
  }

  /// The keys of a chunk alone.
  package func keys(of chunk: Int) -> ArraySlice<Int> {
    keyOrder[chunk / chunks][places(of: chunk)]
  }

  /// The chunk before, which of the first one is the last of the round before,
  /// and of the very first the very last.
  package func chunk(before chunk: Int) -> Int { (chunk + chunkCount - 1) % chunkCount }

  private func places(of chunk: Int) -> Range<Int> {
    let start = chunk % chunks * rule.chunk
    return start..<min(isKept.count, start + rule.chunk)
  }

  package func visibleKeys(query: Int, head: Int, length: Int) -> [KeyRun] {
    var seen: [Int] = []
    for round in 0..<rule.rounds {
      let chunk = round * chunks + places[round][query] / rule.chunk
      seen += keys(of: self.chunk(before: chunk)) + keys(of: chunk)
    }
    if rule.isShared {
      seen = seen.filter { $0 != query && isKept[$0] }
      if seen.isEmpty { seen = [query] }
    }
    return seen.map { KeyRun(first: $0, count: 1) }
  }

  package var hasGlobalTokens: Bool { rule.hasGlobalTokens }
  package var paddedQueries: PaddedQueries { rule.paddedQueries }
  package func mostKeys(ofNeighbours queries: Int, length: Int) -> Int {
    rule.mostKeys(ofNeighbours: queries, length: length)
  }
  package var description: String { rule.description }
}
