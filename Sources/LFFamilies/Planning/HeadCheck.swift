import LFCore

/// Looks whether a head computes the same under the classes of another family:
/// some differ in nothing but a function between two layers.
extension ConversionPlan {
  /// Refuses a head that the other family's classes would compute otherwise.
  ///
  /// - Throws: `model.head` with both functions.
  static func refuseHead(
    _ model: RecognizedModel, in target: FamilyTable
  ) throws(LFError) {
    let configuration = model.configuration
    let head = configuration.head
    let (own, other): (Activation, Activation)
    switch head {
    case .maskedLanguageModel:
      own = model.table.maskedLMActivation(configuration)
      other = target.maskedLMActivation(configuration)
    case .sequenceClassification, .multipleChoice:
      own = model.table.activation(of: head)
      other = target.activation(of: head)
    default: return
    }
    guard own != other else { return }
    let stem = target.classStem(modelType: nil)
    throw .unsupported(
      "model.head", at: .init(entry: head.rawValue),
      "this head has \(own.rawValue) between its layers, while \(stem)\(head.architectureSuffix) "
        + "always has \(other.rawValue): no stock class would compute the same",
      hint: encoderAloneHint(model))
  }

  /// How the encoder is converted without its head: by the beginning of its
  /// names, which a head's do not have.
  private static func encoderAloneHint(_ model: RecognizedModel) -> String? {
    let selection = model.prefix + (model.table.backboneFolder ?? "")
    guard !selection.isEmpty else { return nil }
    return "convert the encoder alone with --key \(printable(selection, limit: 200))"
  }
}
