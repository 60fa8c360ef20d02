public import Checkpoints
public import Container
import FileIO
import ModelFamilies
public import TensorCore

/// A model from any place: a folder, a checkpoint file, or a container.
public struct OpenedModel: Sendable {
  public let path: String
  /// Name of the format it is stored in.
  public let format: String
  /// The tensors, under the names of the file.
  public let source: any TensorSource
  /// The configuration as it was read, and the very bytes where it is a file.
  public let configuration: JSONObject?
  public let configurationBytes: [UInt8]?
  public let configurationOrigin: String?
  /// Tokenizer and other files, without the configuration.
  public let files: [CarriedFile]
  /// Files with weights and their sizes.
  public let weightFiles: [Checkpoint.WeightFile]
  public let notes: [String]
  /// The container, when it is one.
  public let container: LFZReader?

  /// Opens a SOURCE of the command line.
  public static func open(
    _ path: String, options: OpenOptions = OpenOptions()
  ) throws(LFError) -> OpenedModel {
    if try isContainer(path) { return try openContainer(path, options) }
    var checkpoint = try Checkpoints.open(path, options: options)
    if let whole = try PackedTensors.unpacked(checkpoint.source.tensors) {
      checkpoint.source = ComposedSource(base: checkpoint.source, composed: whole)
    }
    return OpenedModel(
      path: path, format: checkpoint.format, source: checkpoint.source,
      configuration: checkpoint.configuration, configurationBytes: checkpoint.configurationBytes,
      configurationOrigin: checkpoint.configurationOrigin, files: checkpoint.files,
      weightFiles: checkpoint.weightFiles, notes: checkpoint.notes, container: nil)
  }

  /// Whether all of the container's tensors are the model's, none left out by
  /// `--key`.
  package var isWholeContainer: Bool { container?.tensors.count == source.tensors.count }

  /// Bytes of all files with weights.
  public var byteCount: Int { weightFiles.reduce(0) { $0 + $1.byteCount } }

  private static let configurationName = "config.json"

  private static func isContainer(_ path: String) throws(LFError) -> Bool {
    guard Paths.kind(path) == .file else { return false }
    // A file of that name is opened as one even when its first bytes are
    // damaged, so that the message is about a damaged container.
    if path.hasSuffix(".lfz") { return true }
    return try LFZReader.recognizes(InputFile(path))
  }

  private static func openContainer(
    _ path: String, _ options: OpenOptions
  ) throws(LFError) -> OpenedModel {
    let file = try InputFile(path)
    let reader = try LFZReader(file, limits: options.limits)
    try NameSelection.refuseDictionary(options, in: reader, path: path)
    let selection = try NameSelection(options, of: reader, path: path)
    var bytes = try reader.files.first { $0.name == configurationName }?.contents()
    var origin = path + ":" + configurationName
    if let given = options.configurationPath {
      bytes = try InputFile(given).contents(limit: options.limits.jsonBytes)
      origin = given
    }
    var object: JSONObject?
    if let bytes {
      let value = try JSONParser.parse(bytes, at: .init(file: origin), limits: options.limits)
      guard let parsed = value.objectValue else {
        throw .refused(
          "config.value", at: .init(file: origin), expected: "an object", found: value.kindName)
      }
      object = parsed
    }
    return OpenedModel(
      path: path, format: "lfz", source: selection?.source ?? reader, configuration: object,
      configurationBytes: bytes, configurationOrigin: origin,
      files: reader.files.filter { $0.name != configurationName },
      weightFiles: [.init(path: path, byteCount: file.byteCount)],
      notes: selection?.note.map { [$0] } ?? [], container: reader)
  }
}
