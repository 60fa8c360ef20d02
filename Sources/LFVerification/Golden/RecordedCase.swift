import LFConversion
import LFCore
import LFEncoder
import LFFamilies
import LFFiles
import LFModels

/// The `case.json` of a recorded case.
struct RecordedCase {
  /// Name of the container in a case that carries its model.
  static let container = "model.lfz"

  let recorder: GoldenRecorder
  let opened: OpenedModel
  let recognized: RecognizedModel
  /// With which a run of the case opens the model.
  let options: OpenOptions
  let outputs: [OutputTensor]
  /// Names of files of the case.
  let expectedTensors: String?
  let configuration: String?

  /// - Parameter files: the case's files, whose digests provenance records.
  func json(of files: [String], in folder: String) throws(LFError) -> JSONObject {
    var json = JSONObject([
      ("name", .string(recorder.name ?? Paths.name(recorder.output))),
      ("model", .string(recorder.embedsModel ? Self.container : try relativeModel(folder))),
    ])
    json["key"] = options.key.map { .string($0) }
    json["config"] = configuration.map { .string($0) }
    json["inputs"] = "inputs.safetensors"
    json["expected"] = "expected.safetensors"
    json["expected_tensors"] = expectedTensors.map { .string($0) }
    json["tolerance"] = .object(
      JSONObject([
        ("atol", JSONValue(Tolerance.standard.absolute)),
        ("rtol", JSONValue(Tolerance.standard.relative)),
      ]))
    json["bits"] = .object(
      JSONObject(outputs.map { ($0.name, .string(OutputBits(of: $0.values).text)) }))
    json["ignore_padding"] = false
    json["provenance"] = .object(try provenance(of: files, in: folder))
    return json
  }

  /// No date and no host: the same model and inputs give the same bytes.
  private func provenance(
    of files: [String], in folder: String
  ) throws(LFError) -> JSONObject {
    var digests = JSONObject()
    for name in files {
      digests[name] = .string(hexadecimal(try InputFile(Paths.join(folder, name)).sha256()))
    }
    if let (name, path) = try modelConfiguration(folder) {
      digests[name] = .string(hexadecimal(try InputFile(path).sha256()))
    }
    var json = JSONObject([
      ("recorded_by", .string(ToolVersion.text)),
      ("command", "lfconv golden record"),
      ("truth", "the forward pass of this tool in float32: a guard against change, no proof"),
      ("family", .string(recognized.table.family)),
      ("head", .string(recognized.configuration.head.rawValue)),
      ("format", .string(opened.format)),
    ])
    if case .random(let length, let seed) = recorder.inputs {
      json["random_inputs"] = .object(
        JSONObject([("length", JSONValue(length)), ("seed", JSONValue(seed))]))
    }
    json["model_files"] = .array(
      try SourceFiles.described(opened.weightFiles, sha256: true, threads: recorder.threads)
        .map(\.json))
    json["sha256"] = .object(digests)
    json["outputs"] = .array(outputs.map { .string($0.name) })
    return json
  }

  /// The `config.json` in the model's folder, as a path relative to the case and
  /// as one to open.
  private func modelConfiguration(_ folder: String) throws(LFError) -> (String, String)? {
    guard !recorder.embedsModel, configuration == nil, Paths.kind(recorder.model) == .folder
    else { return nil }
    let path = Paths.join(recorder.model, "config.json")
    guard Paths.kind(path) == .file else { return nil }
    return (try relativeModel(folder) + "/config.json", path)
  }

  /// The way from the case's folder to the model, so that both can be moved
  /// together.
  ///
  /// - Parameter folder: where the case is being made, beside where it will be.
  private func relativeModel(_ folder: String) throws(LFError) -> String {
    guard let target = Paths.resolved(recorder.model),
      let parent = Paths.resolved(Paths.folder(recorder.output))
    else { throw .system("cannot open", recorder.model, errno: 2) }
    let from = parent.split(separator: "/") + [Substring(Paths.name(recorder.output))]
    let to = target.split(separator: "/")
    var shared = 0
    while shared < min(from.count, to.count), from[shared] == to[shared] { shared += 1 }
    let steps = Array(repeating: "..", count: from.count - shared) + to[shared...].map(String.init)
    let path = steps.joined(separator: "/")
    guard Paths.exists(Paths.join(folder, path)) else {
      // A part of it is no UTF-8, and would become another name in the case.
      throw ForeignNames.refused(path, in: recorder.model)
    }
    return path
  }
}
