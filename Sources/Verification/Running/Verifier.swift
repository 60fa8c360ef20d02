import Checkpoints
import Container
import Conversion
import FileIO
import ModelFamilies
import ReferenceModel
public import TensorCore

/// Runs golden cases and holds what comes out against what was expected.
public struct Verifier: Sendable {
  /// A model to use in place of each case's own.
  public var model: String?
  public var threads: Int

  /// A verifier.
  public init(model: String? = nil, threads: Int = 1) {
    self.model = model
    self.threads = threads
  }

  /// Verifies cases, given as folders of a case or folders of cases.
  ///
  /// A case that cannot be run is reported as an error, never as a failure:
  /// "could not verify" is not "verified wrong".
  ///
  /// - Throws: `golden.none` when there is nothing to verify.
  public func run(
    _ paths: [String], progress: (CaseResult) -> Void = { _ in }
  ) throws(LFError) -> VerificationReport {
    var results: [CaseResult] = []
    for folder in try GoldenCase.folders(at: paths) {
      let result = verify(folder)
      progress(result)
      results.append(result)
    }
    return VerificationReport(cases: results)
  }

  /// Verifies one case.
  public func verify(_ folder: String) -> CaseResult {
    var name = Paths.name(Paths.resolved(folder) ?? folder)
    let clock = ContinuousClock()
    let start = clock.now
    do throws(LFError) {
      let golden = try GoldenCase(folder: folder)
      name = golden.name
      var result = try compare(golden)
      result.seconds = (clock.now - start) / .seconds(1)
      return result
    } catch {
      return CaseResult(name: name, folder: folder, error: error)
    }
  }

  // MARK: One case

  private func compare(_ golden: GoldenCase) throws(LFError) -> CaseResult {
    let prepared = try PreparedModel(golden, model: model, threads: threads)
    defer { prepared.discard() }
    var result = CaseResult(name: golden.name, folder: golden.folder)
    if let path = golden.expectedTensors {
      let expected = try Checkpoints.open(path).source
      (result.tensorsCompared, result.differingTensors) = try TensorDifference.compare(
        prepared.source, with: expected, mayBeAbsent: prepared.tiedNames)
    }
    let inputs = try GoldenInputs.read(golden.inputs)
    let goals = try ExpectedOutputs(golden.expected)
    let reference = try ReferenceModel(
      configuration: prepared.model.configuration, source: try prepared.canonicalSource(),
      residency: .resident, threads: threads)
    let outputs = try reference.forward(
      inputs, options: ForwardOptions(hiddenStates: goals.needHiddenStates))
    for goal in goals.outputs {
      result.outputs.append(comparison(goal, outputs, inputs, golden))
    }
    return result
  }

  private func comparison(
    _ goal: ExpectedOutputs.Output, _ outputs: ModelOutputs, _ inputs: EncoderInputs,
    _ golden: GoldenCase
  ) -> OutputComparison {
    guard let own = outputs.tensors.first(where: { $0.name == goal.name }) else {
      let known = outputs.tensors.map(\.name).joined(separator: ", ")
      return OutputComparison(
        name: goal.name, shape: goal.shape, missing: "the model has no such output, only \(known)")
    }
    guard own.shape == goal.shape else {
      return OutputComparison(
        name: goal.name, shape: own.shape,
        missing: "the shape is \(own.shape), expected \(goal.shape)")
    }
    // Only outputs with a value for every token have padding to ignore.
    let perToken = own.shape.starts(with: [inputs.batch, inputs.length])
    var counts: [Bool]?
    if golden.ignorePadding, perToken { counts = inputs.attentionMask?.map { $0 != 0 } }
    return OutputComparison(
      name: goal.name, shape: own.shape, values: own.values, expected: goal.values,
      tolerance: golden.tolerance(of: goal.name), counts: counts, leading: 2)
  }
}
