/// What stands on top of the encoder; raw values are the keys of the family
/// tables under `Specs/families`.
public enum ModelHead: String, Sendable, CaseIterable {
  /// The bare encoder, with or without a pooler.
  case bare
  case maskedLanguageModel = "masked_lm"
  case sequenceClassification = "sequence_classification"
  case tokenClassification = "token_classification"
  case questionAnswering = "question_answering"
  case multipleChoice = "multiple_choice"

  /// The end of the class name in Hugging Face's library.
  public var architectureSuffix: String {
    switch self {
    case .bare: "Model"
    case .maskedLanguageModel: "ForMaskedLM"
    case .sequenceClassification: "ForSequenceClassification"
    case .tokenClassification: "ForTokenClassification"
    case .questionAnswering: "ForQuestionAnswering"
    case .multipleChoice: "ForMultipleChoice"
    }
  }
}

/// Which row of the position table the first token of an input looks up.
public enum PositionScheme: String, Sendable, CaseIterable {
  /// The row after the padding token's; rows 0…pad are reserved (RoBERTa and
  /// its kin). Padding tokens look up row pad and are not counted.
  case afterPadding = "after_padding"
  /// Row 0, and every token is counted, padding included (BERT).
  case fromZero = "from_zero"
}

/// Ids of special tokens, as a model's vocabulary has them.
///
/// A BERT's configuration does not state them, and vocabularies differ: 102 is
/// the separator of one language's models and a word of another's.
public struct SpecialTokenIDs: Sendable, Equatable {
  /// Id of the separator; nil when unknown.
  public var separator: Int?
  /// Id of the padding token; nil when unknown.
  public var padding: Int?

  /// Ids that are known; nil for those that are not.
  public init(separator: Int? = nil, padding: Int? = nil) {
    self.separator = separator
    self.padding = padding
  }
}
