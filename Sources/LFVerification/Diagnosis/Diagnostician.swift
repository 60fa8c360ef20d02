import LFCore
import LFEncoder
import LFFamilies
import LFFiles
import LFModels

/// Finds the likely cause of a failure: from weights that differ, then from the
/// pattern of the errors, then by a test of each hypothesis that it suggests.
struct Diagnostician {
  let run: CaseRun
  let comparisons: [OutputComparison]
  let outputs: ModelOutputs

  /// The cause, if something points to one.
  ///
  /// - Throws: errors of reading; without a cause there is nil.
  func diagnosis(
    _ evidence: TensorEvidence?, changed: [ChangedFile]
  ) throws(LFError) -> Diagnosis? {
    if let golden = changed.first(where: \.isGolden) {
      return Diagnosis(.expectedValues, "the case is damaged: \(golden.details)", isConfirmed: true)
    }
    let damage = ExpectedDamage(run: run, comparisons: comparisons)
    if let broken = damage.notFinite { return broken }
    if let plain = try evidence?.diagnosis() { return plain }
    if let shapes = damage.shapes { return shapes }
    return try drift() ?? evidence?.undecided
      ?? changed.first.map { Diagnosis(.modelFiles, $0.details, isConfirmed: true) }
  }

  /// The cause of outputs that are off.
  private func drift() throws(LFError) -> Diagnosis? {
    guard comparisons.contains(where: { !$0.passed }) else { return nil }
    if let contradiction { return contradiction }
    let length = try sourceLength()
    let pattern = try DriftPattern(run, comparisons, sourceLength: length)
    let test = HypothesisTest(run: run, firstDrift: pattern.layer)
    for cause in pattern.suspects {
      let hypotheses = Hypotheses(run: run, pattern: pattern, sourceLength: length)
      for hypothesis in try hypotheses.candidates(cause) where try test.confirms(hypothesis) {
        return Diagnosis(cause, hypothesis.text, isConfirmed: true)
      }
    }
    return try shift(pattern) ?? pattern.guess
  }

  /// An error that later hidden states, computed from it, do not show cannot
  /// have been computed: the expected values are wrong.
  private var contradiction: Diagnosis? {
    if let attentions = comparisons.first(where: isContradicted) {
      return Diagnosis(
        .expectedValues,
        "\(attentions.name) is off while every hidden state agrees: likely the expected values "
          + "are damaged")
    }
    let comparisons = comparisons.filter { OutputComparison.attentionLayer($0.name) == nil }
    if let last = comparisons.last(where: { $0.layer != nil }), last.passed,
      last.layer == run.configuration.layerCount,
      comparisons.contains(where: { $0.name == "last_hidden_state" && !$0.passed })
    {
      return Diagnosis(
        .expectedValues,
        "last_hidden_state is off while \(last.name), which is the same, agrees: likely the "
          + "expected values are damaged")
    }
    for (index, comparison) in comparisons.enumerated() where !comparison.passed {
      guard comparison.layer != nil, comparison.tokenErrors.contains(where: { $0 > 10 }),
        index + 1 < comparisons.count
      else { continue }
      let next = comparisons[index + 1]
      guard next.passed, next.layer != nil || next.name == "last_hidden_state" else { continue }
      return Diagnosis(
        .expectedValues,
        "\(comparison.name) is off while \(next.name), computed from it, agrees: likely the "
          + "expected values are damaged")
    }
    return nil
  }

  /// Whether attention probabilities are off although the hidden states before
  /// and after them agree.
  private func isContradicted(_ comparison: OutputComparison) -> Bool {
    guard !comparison.passed, let layer = OutputComparison.attentionLayer(comparison.name),
      comparisons.contains(where: { $0.layer == layer + 1 })
    else { return false }
    return comparisons.allSatisfy { $0.layer == nil || $0.passed }
  }

  /// Longest input of the model that a conversion started from.
  private func sourceLength() throws(LFError) -> Int? {
    // With a model in place of the case's own that one need not be there.
    guard run.golden.conversion != nil, run.golden.modelProblem == nil,
      Paths.exists(run.golden.model),
      let model = try OpenedModel.open(
        run.golden.model, options: run.golden.ownOptions
      ).recognizedIfKnown(),
      !model.configuration.isLongformer
    else { return nil }
    return model.configuration.longestInput
  }

  /// What the directions of the embeddings say.
  private func shift(_ pattern: DriftPattern) throws(LFError) -> Diagnosis? {
    guard pattern.layer == 0, pattern.guess?.cause != .reservedRows,
      let wanted = run.expected.outputs.first(where: { $0.name == "hidden_states.0" }),
      let own = outputs["hidden_states.0"], own.shape == wanted.shape
    else { return nil }
    let drift = try EmbeddingDrift(
      own: own.values, expected: wanted.values, width: run.configuration.hiddenSize,
      source: run.source)
    switch drift?.kind(of: pattern.drifting) {
    case .scaled where pattern.suspects.contains(.epsilon):
      return Diagnosis(
        .epsilon,
        "the embeddings are off by a factor for each token and keep their direction: "
          + "likely the LayerNorm epsilon (now \(run.configuration.layerNormEpsilon))")
    case .shifted where pattern.suspects.contains(.tokenTypes) && pattern.fillsTypes:
      return Diagnosis(
        .tokenTypes,
        "before their LayerNorm the embeddings of these tokens are off by one and the same vector: "
          + "likely a row of the token type embeddings is missing, zeroed or initialised again")
    default: return nil
    }
  }
}
