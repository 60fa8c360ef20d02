/// Ids of special tokens, as a model's vocabulary has them.
///
/// A BERT's configuration does not state them, and vocabularies differ: 102 is
/// the separator of one language's models and a word of another's.
public struct SpecialTokenIDs: Sendable, Equatable {
  public var separator: Int?
  public var padding: Int?

  /// Ids that are known; nil for those that are not.
  public init(separator: Int? = nil, padding: Int? = nil) {
    self.separator = separator
    self.padding = padding
  }
}
