import LFEncoder

/// Which tokens drift in the first hidden states that do, and what that points
/// to.
struct DriftPattern {
  /// Causes worth a try, the likeliest first.
  let suspects: [Cause]
  /// What the pattern alone says.
  let guess: Diagnosis?
  /// Tokens that drift, numbered through all sequences.
  let drifting: [Int]
  /// The first drifting token's place among the real tokens of its sequence,
  /// when the drift is one of the embeddings.
  let firstPlace: Int?
  /// Whether no token of the drifting tokens' types is right.
  let fillsTypes: Bool
  let layer: Int?

  /// - Parameter sourceLength: the longest input of the model that the
  ///   conversion started from, when there was a conversion.
  init(_ run: CaseRun, _ comparisons: [OutputComparison], sourceLength: Int?) {
    let first = comparisons.first { !$0.passed && $0.layer != nil }
    let drifting = first?.tokenErrors.indices.filter { first?.tokenErrors[$0] ?? 0 > 1 } ?? []
    self.drifting = drifting
    layer = first?.layer
    let tokens = DriftingTokens(run, Set(drifting))
    firstPlace = tokens.firstPlace
    fillsTypes = tokens.fillTheirTypes
    guard let layer = first?.layer, !drifting.isEmpty else {
      let hasStates = comparisons.contains { $0.layer != nil || $0.name == "last_hidden_state" }
      let isHead = hasStates && !comparisons.contains { !$0.passed && $0.name == Self.last }
      suspects =
        isHead
        ? []
        : [.window, .tiling, .positionOffset, .activation, .epsilon, .globalAttention]
      guess =
        isHead
        ? Diagnosis(.head, "all hidden states agree: the difference arises in the head") : nil
      return
    }
    (suspects, guess) =
      layer == 0 ? tokens.embeddings(sourceLength) : tokens.layer(layer, run.configuration)
  }

  private static let last = "last_hidden_state"
}
