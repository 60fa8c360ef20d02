import LFCheckpoints
import LFConversion
public import LFCore
import LFEncoder
import LFFamilies
import LFFiles
package import LFModels

/// Makes a golden case from a model and inputs.
///
/// What is recorded is this tool's own forward pass: such a case guards against
/// change. That the outputs are right has to be shown by a case from outside.
public struct GoldenRecorder: Sendable {
  /// Where a case's inputs come from.
  public enum Inputs: Sendable, Equatable {
    /// A safetensors file.
    case file(String)
    /// So many random tokens, by the rule in `Specs/golden.md`.
    case random(length: Int, seed: Int)
  }

  /// How the model's weights become part of a case.
  public enum Weights: String, Sendable, CaseIterable {
    /// As values up to `largestValues` bytes, as digests beyond.
    case auto
    /// As a safetensors file, to be equal byte for byte.
    case values
    /// As the SHA-256 of every tensor.
    case digests
    /// Not at all.
    case none
  }

  /// Bytes of weights above which a case holds their digests: it is to fit into
  /// a repository.
  public static let largestValues = 8_000_000

  /// Path of the model.
  public var model: String
  /// How the model is opened.
  package var openOptions = OpenOptions()
  /// The inputs.
  public var inputs: Inputs
  /// Folder of the case.
  public var output: String
  /// The case's name; the folder's when left out.
  public var name: String?
  /// Whether an older case may be replaced.
  public var overwrite = false
  /// Whether the case carries a container with the model, instead of the path
  /// that leads to it.
  public var embedsModel = false
  /// How the case expects the model's weights.
  public var weights = Weights.auto
  /// Whether the case expects attention probabilities, which grow with the
  /// square of the length.
  public var recordsAttentions = false
  /// Threads at most; what is recorded does not depend on it.
  public var threads: Int

  /// A recording with the defaults of the command line.
  public init(model: String, inputs: Inputs, output: String, threads: Int = 1) {
    self.model = model
    self.inputs = inputs
    self.output = output
    self.threads = threads
  }

  /// Records the case, verifies it, and only then puts it in its place.
  public func record() throws(LFError) -> CaseResult {
    let folder = try OutputFolder(output, overwrite: overwrite, marker: "case.json")
    defer { folder.discard() }
    var (path, options) = (model, openOptions)
    if embedsModel {
      path = Paths.join(folder.temporaryPath, RecordedCase.container)
      _ = try Converter(
        .sameArchitecture, source: model, output: path, options: options, threads: threads
      ).run()
      // The container holds what was selected, and its configuration.
      options = OpenOptions()
    }
    let opened = try OpenedModel.open(path, options: options)
    let recognized = try opened.recognized()
    let values: EncoderInputs
    switch inputs {
    case .file(let file): values = try GoldenInputs.read(file)
    case .random(let length, let seed):
      values = try SeededInputs(length: length, seed: seed)
        .inputs(for: recognized.configuration, at: model)
    }
    let outputs = try outputs(opened, recognized, values)

    var files = ["inputs.safetensors", "expected.safetensors"]
    try write(InputSource(values), to: files[0], in: folder)
    try write(OutputSource(outputs), to: files[1], in: folder)
    let tensors = try writeWeights(opened, recognized, in: folder)
    if let tensors { files.append(tensors) }
    let configuration = try writeConfiguration(options, in: folder)
    if let configuration { files.append(configuration) }
    let recorded = RecordedCase(
      recorder: self, opened: opened, recognized: recognized, options: options, outputs: outputs,
      expectedTensors: tensors, configuration: configuration)
    let json = try recorded.json(of: files, in: folder.temporaryPath)
    try folder.write(Array(JSONValue.object(json).pretty.utf8), to: "case.json")
    var verifier = Verifier(threads: threads)
    verifier.allowsOutside = true
    let result = verifier.verify(folder.temporaryPath)
    guard result.status == .pass else {
      throw LFError(
        .internal, "internal.golden", "the recorded case does not verify: \(result.message)")
    }
    try folder.publish()
    return result
  }

  // MARK: Pieces

  private func outputs(
    _ opened: OpenedModel, _ recognized: RecognizedModel, _ values: EncoderInputs
  ) throws(LFError) -> [OutputTensor] {
    let outputs: [OutputTensor]
    do throws(LFError) {
      outputs = try EncoderModel(
        configuration: recognized.configuration, source: try opened.canonicalSource(recognized),
        threads: threads
      ).forward(
        values,
        options: ForwardOptions(
          hiddenStates: true, attentionProbabilities: recordsAttentions ? true : false)
      ).tensors
    } catch {
      guard case .file(let file) = inputs else { throw error }
      throw GoldenInputs.located(error, file)
    }
    for output in outputs where !output.values.allSatisfy(\.isFinite) {
      throw .refused(
        "golden.not-finite", at: .init(file: model, entry: output.name),
        expected: "finite outputs, or no run of the case could ever pass", found: "NaN or infinity")
    }
    return outputs
  }

  private func write(
    _ source: any TensorSource, _ selection: [Int]? = nil, to name: String, in folder: OutputFolder
  ) throws(LFError) {
    let file = try folder.file(name)
    try SafetensorsWriter(source, selection: selection).write(to: file)
    try file.publish()
  }

  /// Writes the weights or their digests → the file's name; nil when the case is
  /// not to expect any.
  private func writeWeights(
    _ opened: OpenedModel, _ recognized: RecognizedModel, in folder: OutputFolder
  ) throws(LFError) -> String? {
    guard weights != .none else { return nil }
    let tied = try PreparedModel.tiedNames(recognized, opened.source)
    let selection = opened.source.tensors.indices.filter {
      !tied.contains(opened.source.tensors[$0].name)
    }
    let byteCount = selection.reduce(0) { $0 + opened.source.tensors[$1].byteCount }
    guard weights == .digests || (weights == .auto && byteCount > Self.largestValues) else {
      try write(opened.source, selection, to: "weights.safetensors", in: folder)
      return "weights.safetensors"
    }
    let digests = try TensorDigests(of: opened.source, selection, threads: threads)
    try folder.write(Array(JSONValue.object(digests.json).pretty.utf8), to: "weights.json")
    return "weights.json"
  }

  /// Copies the configuration that the user gave → its name in the case.
  private func writeConfiguration(
    _ options: OpenOptions, in folder: OutputFolder
  ) throws(LFError) -> String? {
    guard let given = options.configurationPath else { return nil }
    let path = Paths.kind(given) == .folder ? Paths.join(given, "config.json") : given
    let bytes = try InputFile(path).contents(limit: options.limits.jsonBytes)
    try folder.write(bytes, to: "config.json")
    return "config.json"
  }
}
