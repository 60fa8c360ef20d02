public import LFCore
import LFEncoder
import LFFamilies
import LFFiles
package import LFModels

/// Runs golden cases and compares what comes out with what is expected.
public struct Verifier: Sendable {
  /// A model to use in place of each case's own.
  public var model: String?
  /// How that model is opened; without one, how each case's own is, where this
  /// says more than the case.
  package var openOptions = OpenOptions()
  /// Threads at most; results do not depend on it.
  public var threads: Int
  /// Whether results carry what a page shows beyond the numbers.
  public var needsDetails = false
  /// Whether an output fails whose bits are not those that the case states;
  /// otherwise that is a warning.
  public var isExact = false
  /// Whether a case may name files outside of its own folder.
  public var allowsOutside = false
  /// Whether mutants of every case are verified too, and must fail.
  public var testsMutations = false

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
  ///
  /// - Parameters:
  ///   - begin: called before each case, with the number of those that are done
  ///     and of all.
  ///   - progress: called with each result.
  public func run(
    _ paths: [String], begin: (_ done: Int, _ count: Int) -> Void = { _, _ in },
    progress: (CaseResult) -> Void = { _ in }
  ) throws(LFError) -> VerificationReport {
    var results: [CaseResult] = []
    let folders = try GoldenCase.folders(at: paths)
    for (done, folder) in folders.enumerated() {
      begin(done, folders.count)
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
      let golden = try GoldenCase(folder: folder, allowsOutside: allowsOutside)
      name = golden.name
      var result: CaseResult
      do throws(LFError) {
        result = try compare(golden)
      } catch {
        let unread = try UnrecognizedModel(
          golden: golden, model: model, options: options(golden), threads: threads, error: error)
        result =
          try unread?.result() ?? CaseResult(name: golden.name, folder: folder, error: error)
        // Not to hide the error behind another one.
        result.changedFiles = (try? changed(golden, [])) ?? []
      }
      result.modelPath = model ?? golden.model
      result.seconds = (clock.now - start) / .seconds(1)
      return result
    } catch {
      return CaseResult(name: name, folder: folder, error: error)
    }
  }

  // MARK: One case

  private func compare(_ golden: GoldenCase) throws(LFError) -> CaseResult {
    let prepared = try PreparedModel(
      golden, model: model, options: options(golden), threads: threads)
    defer { prepared.discard() }
    var result = CaseResult(name: golden.name, folder: golden.folder)
    var evidence: TensorEvidence?
    let expectedTensors: ExpectedTensors? =
      if let path = golden.expectedTensors {
        try ExpectedTensors(path, in: golden.paths.boundary)
      } else { nil }
    if let expected = expectedTensors {
      (result.tensorsCompared, result.differingTensors) = try TensorDifference.compare(
        prepared.source, with: expected, mayBeAbsent: try prepared.tiedNames(),
        threads: threads)
      if case .digests = expected { result.comparesDigests = true }
      evidence = TensorEvidence(
        differing: result.differingTensors, actual: prepared.source, expected: expected,
        configuration: prepared.model.configuration)
    }
    let run = try CaseRun(golden, prepared, expectedTensors: expectedTensors, threads: threads)
    let outputs = try run.forward()
    result.outputs = run.compare(outputs)
    // Other bits alone have no cause that could be found in the numbers.
    let needsDiagnosis = result.status == .fail
    let names = Set(result.outputs.map(\.name))
    result.unusedBits = golden.bits.keys.filter { !names.contains($0) }.sorted()
    if isExact, let name = result.unusedBits.first {
      throw .refused(
        "golden.case",
        at: .init(
          file: Paths.join(golden.folder, "case.json"), entry: printable("bits.\(name)", limit: 80)),
        expected: "an output that the case expects", found: "another name")
    }
    for index in result.outputs.indices {
      let name = result.outputs[index].name
      result.outputs[index].state(
        bits: outputs[name].map { OutputBits(of: $0.values) }, expected: golden.bits[name],
        isExact: isExact)
    }
    if needsDiagnosis {
      result.changedFiles = try changed(golden, prepared.weightFiles)
      result.diagnosis = try Diagnostician(
        run: run, comparisons: result.outputs, outputs: outputs
      ).diagnosis(evidence, changed: result.changedFiles)
    }
    if needsDetails { result.details = try CaseDetails(run) }
    if testsMutations {
      result.mutations = try MutationTest(run: run, outputs: outputs).score()
    }
    return result
  }

  // MARK: Files

  /// How a case's model is opened.
  private func options(_ golden: GoldenCase) -> OpenOptions {
    guard model == nil else { return openOptions }
    var options = golden.ownOptions
    options.key = openOptions.key ?? options.key
    options.configurationPath = openOptions.configurationPath ?? options.configurationPath
    return options
  }

  private func changed(
    _ golden: GoldenCase, _ weightFiles: [OpenedModel.WeightFile]
  ) throws(LFError) -> [ChangedFile] {
    try ChangedFile.all(of: golden, usesOwnModel: model == nil, weightFiles: weightFiles)
  }
}
