import LFCore
import LFEncoder
import LFFamilies

/// Proofs through the forward pass that need no golden file: where a Longformer
/// sees everything, it computes what the RoBERTa or BERT computes that it was
/// made from. A Longformer with another length or other windows computes what
/// the old one does where both see the same.
///
/// Both models go in step: after the embeddings, every layer and the head their
/// numbers are compared, and the next step starts from the source's in both. So
/// each step is held to the rounding of that step alone, however a deep model
/// amplifies what came before. `Specs/proofs.md` says why that is enough.
struct Oracles {
  let original: RecognizedModel
  let originalSource: any TensorSource
  let longformer: RecognizedModel
  let written: any TensorSource
  let threads: Int
  /// Whether global projections were copied from the local ones although the
  /// source has its own: then its local projections are what counts.
  var resetsGlobalProjections = false
  /// Whether the layers' weights are taken from what was written, once for both
  /// models: for results whose bytes are proven already.
  var sharesLayers = true

  /// Samples of noise when the first one does not explain a difference: where
  /// two keys' scores are as good as equal, rounding decides between them, and
  /// one sample need not show it.
  private static let moreSamples = 16

  /// One batch for both models; see `OracleInputs`.
  ///
  /// - Throws: `check.forward`, or `forward.overflow`.
  func run() throws(LFError) -> [ConversionReport.Check] {
    let inputs = OracleInputs(
      source: reference, result: longformer.configuration,
      sourceHasGlobals: !resetsGlobalProjections)
    let findings = inputs.rows.isEmpty ? [] : try compare(inputs)
    return OracleInputs.names.compactMap { name in
      if let place = inputs.rows.firstIndex(where: { $0.name == name }) {
        return check(inputs.rows[place], findings[place])
      }
      return inputs.skipped.first { $0.name == name }
        .map { ConversionReport.Check.skipped(name, $0.reason) }
    }
  }

  /// What the result is compared with: the source, or the source without global
  /// tokens that sees everything.
  private var reference: ModelConfiguration {
    let settings = original.configuration
    return resetsGlobalProjections ? settings.seeingEverything : settings
  }

  /// What that is called.
  private var name: String {
    if resetsGlobalProjections { return "the source's local projections" }
    if original.configuration.isLongformer { return "the source" }
    return original.configuration.positions == .fromZero ? "BERT" : "RoBERTa"
  }

  private func check(
    _ row: OracleInputs.Row, _ finding: StepComparison.Finding
  ) -> ConversionReport.Check {
    var check = ConversionReport.Check(
      name: row.name,
      detail: "\(row.slots.count.counted("token")), largest difference to \(name) "
        + "\(finding.difference.rounded3) in a layer, \((finding.share * 100).rounded3) % of what "
        + "rounding explains")
    check.largestDifference = finding.difference
    check.shareOfBound = finding.share
    return check
  }

  private func compare(_ inputs: OracleInputs) throws(LFError) -> [StepComparison.Finding] {
    do throws(LFError) {
      return try compare(inputs, samples: 1)
    } catch {
      guard error.code == StepComparison.differs else { throw error }
      return try compare(inputs, samples: Self.moreSamples)
    }
  }

  private func compare(
    _ inputs: OracleInputs, samples: Int
  ) throws(LFError) -> [StepComparison.Finding] {
    var found = try longformer.model(written, threads: threads).begin(inputs.resultBatch)
    var expected = try original.model(originalSource, as: reference, threads: threads)
      .begin(inputs.sourceBatch)
    var noisy = try expected.twin()
    var comparison = StepComparison(inputs: inputs, name: name)
    // Sums of the same rows, in the same order: there is nothing to explain.
    try comparison.add(
      [expected.hiddenStates()], [found.hiddenStates()], moved: [], step: "the embeddings")
    while let theirs = try found.loadLayer() {
      let own = try sharesLayers ? theirs : expected.loadLayer() ?? theirs
      let layer = expected.completedLayers
      var moved: [[OutputTensor]] = []
      for sample in 0..<samples {
        noisy.adopt(expected)
        try noisy.run(own, noise: Self.noise(layer, sample))
        moved.append([noisy.hiddenStates()])
      }
      found.adopt(expected)
      try found.run(theirs)
      try expected.run(own)
      try comparison.add(
        [expected.hiddenStates()], [found.hiddenStates()], moved: moved,
        step: "encoder layer \(layer)")
    }
    // A masked-LM head does the same to each token alone, with weights whose
    // bytes are proven equal, and would read the vocabulary twice more.
    guard !sharesLayers || original.configuration.head != .maskedLanguageModel else {
      return comparison.findings
    }
    var moved: [[OutputTensor]] = []
    for sample in 0..<samples {
      noisy.adopt(expected)
      noisy.perturb(Self.noise(expected.completedLayers, sample))
      moved.append(try Array(noisy.finish().dropFirst()))
    }
    found.adopt(expected)
    try comparison.add(
      Array(expected.finish().dropFirst()), Array(found.finish().dropFirst()), moved: moved,
      step: "the head")
    return comparison.findings
  }

  private static func noise(_ layer: Int, _ sample: Int) -> RoundingNoise {
    RoundingNoise(seed: UInt64(layer * moreSamples + sample))
  }
}

extension RecognizedModel {
  /// The model, reading one layer at a time.
  ///
  /// - Parameter settings: its configuration, or one that sees something else.
  func model(
    _ source: any TensorSource, as settings: ModelConfiguration? = nil, threads: Int
  ) throws(LFError) -> EncoderModel {
    try EncoderModel(
      configuration: settings ?? configuration,
      source: ComposedSource(base: source, composed: try canonicalTensors()),
      residency: .streamed, threads: threads)
  }
}

extension ModelConfiguration {
  /// The same model where every token sees every other, or, in a causal layer,
  /// all earlier ones, through the local projections.
  var seeingEverything: ModelConfiguration {
    attending(
      attention.map { pattern in
        guard pattern.rule.isCausal else { return .full }
        return .slidingWindow(
          SlidingWindow(
            oneSided: longestInput, dilations: Array(repeating: 1, count: headCount),
            isCausal: true))
      })
  }
}
