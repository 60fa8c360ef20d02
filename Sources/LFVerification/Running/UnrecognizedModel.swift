import LFCore
import LFFamilies
import LFModels

/// A model whose tensors make up no model that is known: names that no stock
/// class loads, or global projections that are not there.
///
/// Where the case says which tensors there must be, that is a difference found,
/// not a case that could not be verified.
struct UnrecognizedModel {
  let golden: GoldenCase
  let threads: Int
  let error: LFError
  let opened: OpenedModel

  /// Nil when the error is another one.
  ///
  /// - Parameters:
  ///   - model: one in place of the case's own.
  ///   - options: how that, or else the case's own, is opened.
  init?(
    golden: GoldenCase, model: String?, options: OpenOptions, threads: Int, error: LFError
  ) throws(LFError) {
    // A model that is converted first is a source, and no broken conversion.
    guard error.code == "model.tensors", golden.conversion == nil || model != nil else {
      return nil
    }
    self.golden = golden
    self.error = error
    self.threads = threads
    let path = if let model { model } else { try golden.ownModel() }
    opened = try OpenedModel.open(path, options: options)
  }

  /// What can be told of the case.
  func result() throws(LFError) -> CaseResult {
    var result = CaseResult(name: golden.name, folder: golden.folder)
    result.diagnosis = guess
    guard let path = golden.expectedTensors else {
      result.error = error
      return result
    }
    let (compared, differing) = try TensorDifference.compare(
      opened.source, with: try ExpectedTensors(path, in: golden.paths.boundary), mayBeAbsent: [],
      threads: threads)
    guard !differing.isEmpty else {
      result.error = error
      return result
    }
    result.tensorsCompared = compared
    result.differingTensors = differing
    result.diagnosis = TensorEvidence.names(differing) ?? guess
    return result
  }

  /// What the names alone say.
  private var guess: Diagnosis? {
    let names = opened.source.tensors.map(\.name.text)
    guard opened.configuration?["model_type"]?.stringValue == "longformer" else { return nil }
    let words = TensorName.wordEmbeddings.text
    if let found = names.first(where: { $0.hasSuffix(words) }), found != words,
      found != "longformer." + words
    {
      return Diagnosis(
        .tensorNames,
        "the tensors have other names than the stock class's, as \(found): it would leave its "
          + "weights random")
    }
    guard !names.isEmpty, !names.contains(where: { $0.contains("_global.") }) else { return nil }
    return Diagnosis(
      .globalProjections,
      "there are no global projections: likely they were shared with the local ones instead of "
        + "copied")
  }
}
