import LFConversion
import LFCore
import LFEncoder
import LFFamilies

/// A case with everything read, ready to be computed: as it is, or changed in
/// some way to find out what is wrong with it.
struct CaseRun {
  let golden: GoldenCase
  let prepared: PreparedModel
  var goals: ExpectedOutputs
  var configuration: ModelConfiguration
  /// Tensors under canonical names.
  var source: any TensorSource
  var inputs: EncoderInputs
  let threads: Int

  init(_ golden: GoldenCase, _ prepared: PreparedModel, threads: Int) throws(LFError) {
    self.golden = golden
    self.prepared = prepared
    self.threads = threads
    inputs = try GoldenInputs.read(golden.inputs)
    goals = try ExpectedOutputs(golden.expected)
    configuration = prepared.model.configuration
    source = try prepared.canonicalSource()
  }

  /// Sequences of the inputs: B, or B·C for multiple choice.
  var sequenceCount: Int { inputs.batch * (inputs.choices ?? 1) }

  /// Computes all outputs.
  func forward() throws(LFError) -> ModelOutputs {
    // Of a layer that is not there, the output is missing: a failure, no error.
    let layers = goals.attentionLayers.filter { (0..<configuration.layerCount).contains($0) }
    return try model().forward(
      inputs,
      options: ForwardOptions(
        hiddenStates: goals.needHiddenStates, attentionProbabilities: LayerSelection(layers)))
  }

  /// The reference model with this run's configuration and weights.
  func model() throws(LFError) -> EncoderModel {
    try EncoderModel(
      configuration: configuration, source: source, residency: .resident, threads: threads)
  }

  /// Holds outputs against all that is expected.
  func compare(_ outputs: ModelOutputs) -> [OutputComparison] {
    goals.outputs.map { goal in
      guard let own = outputs[goal.name] else {
        let known = outputs.tensors.map(\.name).joined(separator: ", ")
        return OutputComparison(
          name: goal.name, shape: goal.shape,
          missing: "the model has no such output, only \(known)")
      }
      return compare(own, with: goal)
    }
  }

  /// Holds one output against what is expected.
  func compare(_ own: OutputTensor, with goal: ExpectedOutputs.Output) -> OutputComparison {
    guard own.shape == goal.shape else {
      return OutputComparison(
        name: goal.name, shape: own.shape,
        missing: "the shape is \(own.shape), expected \(goal.shape)")
    }
    let states = goal.name == "last_hidden_state" || OutputComparison.layer(goal.name) != nil
    return OutputComparison(
      name: goal.name, shape: own.shape, values: own.values, expected: goal.values,
      tolerance: golden.tolerance(of: goal.name), counts: counts(goal),
      leading: leading(goal),
      tokens: states ? sequenceCount * inputs.length : 0)
  }

  /// How many dimensions of an output `counts` covers.
  func leading(_ goal: ExpectedOutputs.Output) -> Int {
    OutputComparison.attentionLayer(goal.name) == nil ? 2 : 3
  }

  /// Which tokens of an output count; nil when all do.
  func counts(_ goal: ExpectedOutputs.Output) -> [Bool]? {
    if OutputComparison.attentionLayer(goal.name) != nil { return queryCounts(goal) }
    // Only outputs with a value for every token have padding to ignore.
    guard golden.ignorePadding, goal.shape.starts(with: [inputs.batch, inputs.length]) else {
      return nil
    }
    return inputs.attentionMask?.map { $0 != 0 }
  }

  /// Which queries of attention probabilities [N, heads, S, S] count.
  private func queryCounts(_ goal: ExpectedOutputs.Output) -> [Bool]? {
    guard golden.ignorePadding, let mask = inputs.attentionMask,
      goal.shape == [sequenceCount, configuration.headCount, inputs.length, inputs.length]
    else { return nil }
    return (0..<sequenceCount).flatMap { sequence in
      let row = mask[sequence * inputs.length..<(sequence + 1) * inputs.length].map { $0 != 0 }
      return (0..<configuration.headCount).flatMap { _ in row }
    }
  }

  /// The row of the position table that each token looks up.
  var positions: [Int] {
    if let given = inputs.positionIDs { return given }
    var count = 0
    return inputs.inputIDs.enumerated().map { token, id in
      if token.isMultiple(of: inputs.length) { count = 0 }
      if id == configuration.paddingID { return id }
      count += 1
      return configuration.paddingID + count
    }
  }
}
