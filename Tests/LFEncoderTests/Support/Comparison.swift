import LFEncoder
import Testing

/// Largest error of an output, as a share of 1 + |expected|.
func error(_ actual: [Float], _ expected: [Double]) -> Double {
  guard actual.count == expected.count else { return .infinity }
  var worst = 0.0
  for (actual, expected) in zip(actual, expected) {
    let difference = abs(Double(actual) - expected) / (1 + abs(expected))
    // NaN must not slip through.
    worst = difference <= worst ? worst : difference.isNaN ? .infinity : difference
  }
  return worst
}

/// Runs the model and compares every output with the dense reference.
func check(
  _ model: TinyModel, _ inputs: EncoderInputs, reference: EncoderInputs? = nil,
  attentions: Bool = false, residency: Residency = .resident, threads: Int = 2,
  tolerance: Double = 4e-6, _ note: String = "", sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let expected = DenseReference(model: model).outputs(
    reference ?? inputs, attentions: attentions)
  let outputs = try EncoderModel(
    configuration: model.configuration, source: model.source, residency: residency,
    threads: threads
  ).forward(
    inputs,
    options: ForwardOptions(hiddenStates: true, attentionProbabilities: attentions ? true : false))
  #expect(
    Set(outputs.tensors.map(\.name)) == Set(expected.keys), "\(note)",
    sourceLocation: sourceLocation)
  for output in outputs.tensors {
    #expect(
      output.shape.reduce(1, *) == output.values.count, "\(note)", sourceLocation: sourceLocation)
    let distance = error(output.values, expected[output.name] ?? [])
    #expect(
      distance <= tolerance, "\(note) \(output.name)", sourceLocation: sourceLocation)
  }
}
