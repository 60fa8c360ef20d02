import LFCheckpoints
import LFConversion
public import LFCore
import LFEncoder
import LFFamilies
import LFFiles
import LFModels

/// Makes a golden case from a model and inputs.
///
/// What is recorded is this tool's own forward pass: such a case guards against
/// change. That the outputs are right has to be shown by a case from outside.
public struct GoldenRecorder: Sendable {
  /// Path of the model.
  public var model: String
  /// Path of the inputs, a safetensors file.
  public var inputs: String
  /// Folder of the case.
  public var output: String
  /// The case's name; the folder's when left out.
  public var name: String?
  /// Whether an older case may be replaced.
  public var overwrite = false
  /// Whether the case carries a container with the model, instead of the path
  /// that leads to it.
  public var embedsModel = false
  /// Whether the case expects the model's weights byte for byte.
  public var recordsTensors = true
  /// Whether the case expects attention probabilities, which grow with the
  /// square of the length.
  public var recordsAttentions = false
  /// Threads at most; what is recorded does not depend on it.
  public var threads: Int

  /// A recording with the defaults of the command line.
  public init(model: String, inputs: String, output: String, threads: Int = 1) {
    self.model = model
    self.inputs = inputs
    self.output = output
    self.threads = threads
  }

  /// Records the case, verifies it, and only then puts it in its place.
  public func record() throws(LFError) -> CaseResult {
    let values = try GoldenInputs.read(inputs)
    let folder = try OutputFolder(output, overwrite: overwrite, marker: "case.json")
    defer { folder.discard() }
    var path = model
    if embedsModel {
      path = Paths.join(folder.temporaryPath, "model.lfz")
      _ = try Converter(.sameArchitecture, source: model, output: path, threads: threads).run()
    }
    let opened = try OpenedModel.open(path)
    let recognized = try opened.recognized()
    let outputs = try EncoderModel(
      configuration: recognized.configuration, source: try opened.canonicalSource(recognized),
      threads: threads
    ).forward(
      values,
      options: ForwardOptions(
        hiddenStates: true, attentionProbabilities: recordsAttentions ? true : false)
    ).tensors
    try refuseNotFinite(outputs)

    let file = try InputFile(inputs)
    try folder.write(try file.bytes(at: 0, count: file.byteCount), to: "inputs.safetensors")
    try write(OutputSource(outputs), to: "expected.safetensors", in: folder)
    if recordsTensors {
      let tied = try PreparedModel.tiedNames(recognized, opened.source)
      let selection = opened.source.tensors.indices.filter {
        !tied.contains(opened.source.tensors[$0].name)
      }
      try write(opened.source, selection, to: "weights.safetensors", in: folder)
    }
    let json = try description(opened, recognized, outputs)
    try folder.write(Array(JSONValue.object(json).pretty.utf8), to: "case.json")
    let result = Verifier(threads: threads).verify(folder.temporaryPath)
    guard result.status == .pass else {
      throw LFError(
        .internal, "internal.golden", "the recorded case does not verify: \(result.message)")
    }
    try folder.publish()
    return result
  }

  // MARK: Pieces

  private func write(
    _ source: any TensorSource, _ selection: [Int]? = nil, to name: String, in folder: OutputFolder
  ) throws(LFError) {
    let file = try folder.file(name)
    try SafetensorsWriter(source, selection: selection).write(to: file)
    try file.publish()
  }

  private func refuseNotFinite(_ outputs: [OutputTensor]) throws(LFError) {
    for output in outputs where !output.values.allSatisfy(\.isFinite) {
      throw .refused(
        "golden.not-finite", at: .init(file: model, entry: output.name),
        expected: "finite outputs, or no run of the case could ever pass", found: "NaN or infinity")
    }
  }

  private func description(
    _ opened: OpenedModel, _ recognized: RecognizedModel, _ outputs: [OutputTensor]
  ) throws(LFError) -> JSONObject {
    var json = JSONObject([
      ("name", .string(name ?? Paths.name(output))),
      ("model", .string(embedsModel ? "model.lfz" : try relativeModel())),
      ("inputs", "inputs.safetensors"),
      ("expected", "expected.safetensors"),
    ])
    if recordsTensors { json["expected_tensors"] = "weights.safetensors" }
    json["tolerance"] = .object(
      JSONObject([
        ("atol", JSONValue(Tolerance.standard.absolute)),
        ("rtol", JSONValue(Tolerance.standard.relative)),
      ]))
    json["bits"] = .object(
      JSONObject(outputs.map { ($0.name, .string(OutputBits(of: $0.values).text)) }))
    json["ignore_padding"] = false
    // No date and no host: the same model and inputs give the same bytes.
    json["provenance"] = .object(
      JSONObject([
        ("recorded_by", .string(ToolVersion.text)),
        ("command", "lfconv golden record"),
        ("truth", "the forward pass of this tool in float32: a guard against change, no proof"),
        ("family", .string(recognized.table.family)),
        ("head", .string(recognized.configuration.head.rawValue)),
        ("format", .string(opened.format)),
        (
          "model_files",
          .array(
            try SourceFiles.described(opened.weightFiles, sha256: true, threads: threads)
              .map(\.json))
        ),
        ("outputs", .array(outputs.map { .string($0.name) })),
      ]))
    return json
  }

  /// The way from the case's folder to the model, so that both can be moved
  /// together.
  private func relativeModel() throws(LFError) -> String {
    guard let target = Paths.resolved(model), let parent = Paths.resolved(Paths.folder(output))
    else { throw .system("cannot open", model, errno: 2) }
    let from = parent.split(separator: "/") + [Substring(Paths.name(output))]
    let to = target.split(separator: "/")
    var shared = 0
    while shared < min(from.count, to.count), from[shared] == to[shared] { shared += 1 }
    let steps = Array(repeating: "..", count: from.count - shared) + to[shared...].map(String.init)
    return steps.joined(separator: "/")
  }
}
