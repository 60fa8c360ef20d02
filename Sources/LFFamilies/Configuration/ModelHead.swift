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
