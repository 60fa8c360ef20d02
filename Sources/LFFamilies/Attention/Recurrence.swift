public import LFCore

/// Segments that see themselves and what came shortly before: the recurrence of
/// Transformer-XL (arXiv 1901.02860, section 3.2) without its relative
/// positions.
///
/// The cached layer inputs of earlier segments are what a pass over the whole
/// sequence computes at those positions, since no segment looks ahead: the
/// recurrence is a pattern like others.
public struct Recurrence: AttentionRule {
  /// Tokens of a segment.
  public let segment: Int
  /// Positions before the segment whose layer inputs are remembered.
  public let memory: Int
  /// Whether a query sees no key after itself, global ones included.
  public let isCausal: Bool

  /// Segments with a memory.
  public init(segment: Int, memory: Int, isCausal: Bool = false) {
    self.segment = segment
    self.memory = memory
    self.isCausal = isCausal
  }

  /// The keys of a segment's queries, memory first.
  package func keys(of index: Int, length: Int) -> Range<Int> {
    max(0, index * segment - memory)..<min(length, (index + 1) * segment)
  }

  public func visibleKeys(query: Int, head: Int, length: Int) -> [KeyRun] {
    let keys = keys(of: query / segment, length: length)
    let end = isCausal ? query + 1 : keys.upperBound
    return [KeyRun(first: keys.lowerBound, count: end - keys.lowerBound)]
  }

  public var hasGlobalTokens: Bool { true }
  public var paddedQueries: PaddedQueries { .zero }

  public func mostKeys(ofNeighbours queries: Int, length: Int) -> Int {
    min(length, segment + memory)
  }

  public func check(length: Int, heads: Int, headSize: Int) throws(LFError) {
    guard length < segment else { return }
    throw .refused(
      "input.attention", at: .init(entry: "input_ids"),
      expected: "at least \(segment) tokens, one segment", found: "\(length)")
  }

  public var pictureLength: Int? { 3 * (segment + memory) }

  public var description: String {
    "segments of \(segment), memory \(memory)" + (isCausal ? ", causal" : "")
  }

  static let spelling = AttentionSpelling(
    name: "recurrence",
    numbers: [
      AttentionSpelling.Number(name: "SEGMENT"),
      AttentionSpelling.Number(name: "MEMORY", range: 0...AttentionSpelling.Number.largest),
    ], canBeCausal: true
  ) { (model, numbers) throws(LFError) in
    let rule = Recurrence(
      segment: numbers[0][0], memory: numbers[1][0], isCausal: model.isCausal)
    return Array(repeating: .recurrence(rule), count: model.layers)
  }
}
