import LFConversion
import LFCore
import LFEncoder
import LFFamilies

/// A case with everything read, ready to be computed: as it is, or changed in
/// some way to find out what is wrong with it.
struct CaseRun {
  let golden: GoldenCase
  let prepared: PreparedModel
  var expected: ExpectedOutputs
  /// The weights that the case expects, if it does.
  let expectedTensors: ExpectedTensors?
  var configuration: ModelConfiguration
  /// Tensors under canonical names.
  var source: any TensorSource
  var inputs: EncoderInputs
  /// What takes the place of the model's own attention.
  let attention: AttentionName?
  let threads: Int

  init(
    _ golden: GoldenCase, _ prepared: PreparedModel, expectedTensors: ExpectedTensors?,
    threads: Int
  ) throws(LFError) {
    self.golden = golden
    self.prepared = prepared
    self.expectedTensors = expectedTensors
    self.threads = threads
    attention = try GoldenAttention.read(golden)
    let inputs = try GoldenInputs.read(
      golden.inputs, besides: attention == nil ? nil : GoldenAttention.rotations)
    self.inputs = try attention?.applied(to: inputs) ?? inputs
    expected = try ExpectedOutputs(golden.expected)
    configuration = try GoldenAttention.configuration(
      prepared.model.configuration, attention, golden)
    source = try prepared.canonicalSource()
  }

  /// Sequences of the inputs: B, or B·C for multiple choice.
  var sequenceCount: Int { inputs.batch * (inputs.choices ?? 1) }

  /// Computes all outputs.
  func forward() throws(LFError) -> ModelOutputs {
    // Of a layer that is not there, the output is missing: a failure, no error.
    let layers = expected.attentionLayers.filter { (0..<configuration.layerCount).contains($0) }
    do throws(LFError) {
      return try model().forward(
        inputs,
        options: ForwardOptions(
          hiddenStates: expected.needHiddenStates, attentionProbabilities: LayerSelection(layers)))
    } catch {
      throw GoldenInputs.located(error, golden.inputs)
    }
  }

  /// The model with this run's configuration and weights.
  func model() throws(LFError) -> EncoderModel {
    try EncoderModel(
      configuration: configuration, source: source, residency: .resident, threads: threads)
  }

  /// Compares outputs with all that is expected.
  func compare(_ outputs: ModelOutputs) -> [OutputComparison] {
    let known = outputs.tensors.map(\.name).joined(separator: ", ")
    return expected.outputs.map { wanted in
      guard let own = outputs[wanted.name] else {
        return OutputComparison(
          name: wanted.name, shape: wanted.shape, .absent,
          "the model has no such output, only \(known)")
      }
      return compare(own, with: wanted)
    }
  }

  /// Compares one output with what is expected.
  func compare(_ own: OutputTensor, with wanted: ExpectedOutputs.Output) -> OutputComparison {
    guard own.shape == wanted.shape else {
      return OutputComparison(
        name: wanted.name, shape: own.shape, .shape(expected: wanted.shape),
        "the shape is \(own.shape), expected \(wanted.shape)")
    }
    let states = wanted.name == "last_hidden_state" || OutputComparison.layer(wanted.name) != nil
    return OutputComparison(
      name: wanted.name, shape: own.shape, values: own.values, expected: wanted.values,
      tolerance: golden.tolerance(of: wanted.name), counts: counts(wanted),
      leading: leading(wanted),
      tokens: states ? sequenceCount * inputs.length : 0)
  }

  /// How many dimensions of an output `counts` covers.
  func leading(_ wanted: ExpectedOutputs.Output) -> Int {
    OutputComparison.attentionLayer(wanted.name) == nil ? 2 : 3
  }

  /// Which tokens of an output count; nil when all do.
  func counts(_ wanted: ExpectedOutputs.Output) -> [Bool]? {
    if OutputComparison.attentionLayer(wanted.name) != nil { return queryCounts(wanted) }
    // Only outputs with a value for every token have padding to ignore.
    guard golden.ignorePadding, wanted.shape.starts(with: [inputs.batch, inputs.length]) else {
      return nil
    }
    return inputs.attentionMask?.map { $0 != 0 }
  }

  /// Which queries of attention probabilities [N, heads, S, S] count.
  private func queryCounts(_ wanted: ExpectedOutputs.Output) -> [Bool]? {
    guard golden.ignorePadding, let mask = inputs.attentionMask,
      wanted.shape == [sequenceCount, configuration.headCount, inputs.length, inputs.length]
    else { return nil }
    return (0..<sequenceCount).flatMap { sequence in
      let row = mask[sequence * inputs.length..<(sequence + 1) * inputs.length].map { $0 != 0 }
      return (0..<configuration.headCount).flatMap { _ in row }
    }
  }

  /// The inputs as the forward pass sees them, with positions, types and masks
  /// filled in where they are left out.
  func preparedInputs() throws(LFError) -> PreparedInputs {
    try PreparedInputs(inputs, configuration: configuration)
  }
}
