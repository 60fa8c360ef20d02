import LFCore

/// What BigBird (arXiv 2007.14062) computes outside of training: neighbouring
/// blocks, the first and the last one, and "random" blocks that are all the
/// first.
///
/// Follows Hugging Face's `BigBirdBlockSparseAttention` in evaluation mode,
/// where every random index is 0: one softmax is over the blocks as they are
/// listed, so that the first block counts 1 + r times. Inputs of at most
/// (5 + 2r)·b tokens have full attention, as there.
public struct BigBird: AttentionRule {
  /// b: tokens of a block.
  public let block: Int
  /// r: random blocks.
  public let random: Int

  /// Blocks of one size, and how many random ones each sees.
  public init(block: Int, random: Int) {
    self.block = block
    self.random = random
  }

  /// Whether an input is so short that attention is full.
  package func isFull(_ length: Int) -> Bool { length <= (5 + 2 * random) * block }

  /// Blocks of an input; the last may be shorter.
  package func count(_ length: Int) -> Int { (length + block - 1) / block }

  /// The key blocks of a query block, as they are listed; nil for all keys.
  package func keyBlocks(of index: Int, length: Int) -> [Int]? {
    let last = count(length) - 1
    guard !isFull(length), index > 0, index < last else { return nil }
    let repeated = Array(repeating: 0, count: random)
    if index == 1 { return [0, 1, 2, last] + repeated }
    if index == last - 1 { return [0, last - 2, last - 1, last] + repeated }
    return [0, index - 1, index, index + 1, last] + repeated
  }

  /// The tokens of a block.
  package func tokens(of index: Int, length: Int) -> Range<Int> {
    index * block..<min(length, (index + 1) * block)
  }

  public func visibleKeys(query: Int, head: Int, length: Int) -> [KeyRun] {
    guard let blocks = keyBlocks(of: query / block, length: length) else {
      return [KeyRun(first: 0, count: length)]
    }
    return blocks.map { index in
      let keys = tokens(of: index, length: length)
      return KeyRun(first: keys.lowerBound, count: keys.count)
    }
  }

  public var hasGlobalTokens: Bool { false }
  public var paddedQueries: PaddedQueries { .zero }

  /// The first block's and the last one's queries see all.
  public func mostKeys(ofNeighbours queries: Int, length: Int) -> Int { length }

  public func countedKeys(head: Int, length: Int) -> Double {
    var keys = 0
    for index in 0..<count(length) {
      let queries = tokens(of: index, length: length)
      keys += queries.count * keyCount(query: queries.lowerBound, head: head, length: length)
    }
    return Double(keys) / Double(max(1, length))
  }

  public var pictureLength: Int? { (12 + 2 * random) * block }
  public var description: String { "BigBird, blocks of \(block), \(random) random" }

  static let spelling = AttentionSpelling(
    name: "bigbird",
    numbers: [
      AttentionSpelling.Number(name: "BLOCK"),
      AttentionSpelling.Number(name: "RANDOM", range: 0...1024),
    ], hasGlobalTokens: false
  ) { (model, numbers) throws(LFError) in
    let rule = BigBird(block: numbers[0][0], random: numbers[1][0])
    return Array(repeating: .bigBird(rule), count: model.layers)
  }
}
