public import LFContainer
public import LFCore
import LFFamilies
import LFFiles

/// A model from any place: a folder, a checkpoint file, or a container.
///
/// This is the one record of what was opened: the tensors under the names of
/// the file, and what belongs to them. A format fills in what its file holds,
/// the folder around it adds the configuration and the tokenizer. What the
/// names mean is found out by `recognized()`.
public struct OpenedModel: Sendable {
  /// A file that weights were read from.
  public struct WeightFile: Sendable {
    /// Where it is.
    public let path: String
    /// Its size.
    public let byteCount: Int

    init(_ file: InputFile) {
      path = file.path
      byteCount = file.byteCount
    }
  }

  /// The file or folder that was opened.
  public internal(set) var path: String
  /// Name of the format, as in "safetensors" or "fairseq, PyTorch zip".
  public internal(set) var format: String
  /// The tensors, under the names of the file.
  public internal(set) var source: any TensorSource
  /// The files that weights were read from.
  public internal(set) var weightFiles: [WeightFile]
  /// The configuration as it was read: `config.json`, or a fairseq file's own.
  public internal(set) var configuration: JSONObject?
  /// The very bytes of `config.json`, so that it can be carried unchanged.
  public internal(set) var configurationBytes: [UInt8]?
  /// What `configuration` was read from, for messages.
  public internal(set) var configurationOrigin: String?
  /// Tokenizer and other files that belong to the model, without the configuration.
  public internal(set) var files: [CarriedFile] = []
  /// Remarks for the user, such as the unknown classes that a pickle names.
  public internal(set) var notes: [String] = []
  /// The container, when it is one.
  public internal(set) var container: LFZReader?
  /// The checksums that the format has; nil when it has none.
  package internal(set) var checksums: Checksums?
  /// Whether a fairseq dictionary belongs to the weights.
  var hasDictionary = false

  /// Checksums of a format, compared on request: opening a model does not read
  /// every byte, and a conversion would read it twice.
  package struct Checksums: Sendable {
    /// What they are, as in "CRC-32 of every member".
    package let name: String
    let compare:
      @Sendable (_ threads: Int, _ progress: @escaping @Sendable (Double) -> Void)
        throws(LFError) -> Void

    /// Compares all of them.
    ///
    /// - Parameter progress: called with the part that is done, from 0 to 1.
    package func verify(
      _ threads: Int, progress: @escaping @Sendable (Double) -> Void = { _ in }
    ) throws(LFError) {
      try compare(threads, progress)
    }
  }

  /// What one file with weights holds.
  init(format: String, file: InputFile, source: any TensorSource) {
    path = file.path
    self.format = format
    self.source = source
    weightFiles = [WeightFile(file)]
  }

  /// Opens a SOURCE of the command line: a folder with a model, or one file of
  /// any format.
  ///
  /// Headers, pickles and indices are read and checked here; weights are read
  /// later, piece by piece, through `source`.
  ///
  /// A folder of Hugging Face's cache stands for the snapshot in it.
  ///
  /// - Throws: `checkpoint.*` for what is no checkpoint or not a clear one, and
  ///   the errors of the format.
  public static func open(
    _ given: String, options: OpenOptions = OpenOptions()
  ) throws(LFError) -> OpenedModel {
    var result: OpenedModel
    let snapshot = try CacheFolder.snapshot(given)
    let path = snapshot ?? given
    if let boundary = options.boundary, !boundary.holds(path) {
      throw .refused(
        "io.unsafe-path", at: .init(file: path), expected: "a path inside the given folder",
        found: "one that leads out of it")
    }
    if Paths.kind(path) == .folder {
      result = try ModelFolder(path, options: options).open()
      if let snapshot { result.notes.append("the snapshot in the cache is \(snapshot)") }
    } else {
      try Adapter.refuse(path)
      let weights = try ModelFormat.open(try InputFile(path), options: options)
      result = try ModelFolder(Paths.folder(path), options: options)
        .completed(weights, isFolder: false)
      result.path = path
    }
    try checkExpansion(of: result, options.limits)
    if let selection = try NameSelection(options, of: result.source, path: path) {
      result.source = selection.source
      result.notes += selection.note.map { [$0] } ?? []
    }
    if let whole = try PackedTensors.unpacked(result.source.tensors) {
      result.source = ComposedSource(base: result.source, composed: whole)
    }
    result.tellDetails()
    return result
  }

  /// Refuses tensors that share storages and would become many times the file's
  /// size where each is written or held for itself.
  private static func checkExpansion(
    of model: OpenedModel, _ limits: Limits
  ) throws(LFError) {
    let most =
      limits.expansionRatio * min(model.byteCount, Int.max >> 8) + limits.expansionSlack
    var total = 0
    for tensor in model.source.tensors {
      let sum = total.addingReportingOverflow(tensor.byteCount)
      guard !sum.overflow, sum.partialValue <= most else {
        throw .refused(
          "checkpoint.expansion", at: .init(file: model.path, entry: tensor.name.text),
          expected: "tensors of at most \(most) bytes in a file of \(model.byteCount)",
          found: "more, which share storages")
      }
      total = sum.partialValue
    }
  }

  /// Whether all of the container's tensors are the model's, none left out by
  /// `--key`.
  package var isWholeContainer: Bool { container?.tensors.count == source.tensors.count }

  /// Bytes of all files with weights.
  public var byteCount: Int { weightFiles.reduce(0) { $0 + $1.byteCount } }
}
