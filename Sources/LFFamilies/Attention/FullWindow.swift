import LFCore

/// Every query sees every key (RoBERTa, BERT), as in the attention of the
/// original Transformer (arXiv 1706.03762, section 3.2).
public struct FullWindow: AttentionRule {
  /// The pattern; it has nothing to set.
  public init() {}

  public func visibleKeys(query: Int, head: Int, length: Int) -> [KeyRun] {
    [KeyRun(first: 0, count: length)]
  }

  public var hasGlobalTokens: Bool { false }
  public var paddedQueries: PaddedQueries { .attend }
  public func mostKeys(ofNeighbours queries: Int, length: Int) -> Int { length }
  public var description: String { "full attention" }

  static let kind = AttentionKind(name: "full") { (fields) throws(LFError) in
    Array(repeating: .full, count: fields.layers)
  }

  static let spelling = AttentionSpelling(
    name: "full", numbers: [], hasGlobalTokens: false, canBeCausal: false
  ) { (model, _) throws(LFError) in
    Array(repeating: .full, count: model.layers)
  }
}
