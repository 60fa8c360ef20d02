public import LFCore

/// The sequence in blocks; every query block sees one key block, which head by
/// head is its own or one further on (BlockBERT, arXiv 1911.02972).
public struct Blockwise: AttentionRule {
  /// N: the blocks of a sequence.
  public let blocks: Int
  /// By how many blocks each head looks further on, cyclically.
  public let shifts: [Int]

  /// Heads divided among the shifts as 10:2 and 8:2:2 of 12 are: ⌊heads/6⌋
  /// heads, at least one, for each shift but 0, the last ones of all.
  ///
  /// Nil when there are fewer heads than shifts need.
  public init?(blocks: Int, heads: Int) {
    let each = max(1, heads / 6)
    let (shifted, overflow) = each.multipliedReportingOverflow(by: blocks - 1)
    guard blocks >= 1, !overflow, shifted <= heads else { return nil }
    self.blocks = blocks
    shifts =
      Array(repeating: 0, count: heads - shifted)
      + (1..<max(1, blocks)).flatMap { Array(repeating: $0, count: each) }
  }

  /// Tokens of a block: i is in block ⌊i·N/S⌋.
  package func tokens(of block: Int, length: Int) -> Range<Int> {
    func start(_ block: Int) -> Int { (block * length + blocks - 1) / blocks }
    return start(block)..<start(block + 1)
  }

  /// The keys that a query block sees in a head.
  package func keys(of block: Int, head: Int, length: Int) -> Range<Int> {
    tokens(of: (block + shifts[head]) % blocks, length: length)
  }

  public func visibleKeys(query: Int, head: Int, length: Int) -> [KeyRun] {
    let keys = keys(of: query * blocks / length, head: head, length: length)
    return [KeyRun(first: keys.lowerBound, count: keys.count)]
  }

  public var hasGlobalTokens: Bool { true }
  public var paddedQueries: PaddedQueries { .zero }

  public func mostKeys(ofNeighbours queries: Int, length: Int) -> Int {
    (length + blocks - 1) / blocks
  }

  public func distinctHeads(of count: Int) -> [Int] {
    var seen: Set<Int> = []
    return shifts.indices.prefix(count).filter { seen.insert(shifts[$0]).inserted }
  }

  public func countedKeys(head: Int, length: Int) -> Double { Double(length) / Double(blocks) }

  public func check(length: Int, heads: Int, headSize: Int) throws(LFError) {
    guard length < blocks else { return }
    throw .refused(
      "input.attention", at: .init(entry: "input_ids"),
      expected: "at least \(blocks) tokens, for as many blocks", found: "\(length)")
  }

  public var pictureLength: Int? { 16 * blocks }
  public var description: String { "\(blocks) blocks" }
  public func description(ofHead head: Int) -> String {
    let shift = shifts[head]
    return description + (shift == 0 ? ", the own one" : ", \(shift) further on")
  }

  static let spelling = AttentionSpelling(
    name: "blockwise", numbers: [AttentionSpelling.Number(name: "N")]
  ) { (model, numbers) throws(LFError) in
    guard let rule = Blockwise(blocks: numbers[0][0], heads: model.heads) else {
      throw AttentionName.error(
        expected: "no more blocks than \(model.heads) heads can be shifted by, "
          + "\(max(1, model.heads / 6)) for each shift",
        found: "blockwise:\(numbers[0][0])")
    }
    return Array(repeating: .blockwise(rule), count: model.layers)
  }
}
