public import TensorCore

/// An opened checkpoint: tensors under the names of the file, and what lies
/// beside them. Nothing here knows what the names mean.
public struct Checkpoint: Sendable {
  /// Name of the format, as in "safetensors" or "PyTorch zip".
  public var format: String
  /// The file or folder that was opened, and the files with weights.
  public var path: String
  public var weightFiles: [WeightFile]
  /// The tensors.
  public var source: any TensorSource
  /// Raw configuration: `config.json`, or a fairseq file's `args` or `cfg`.
  public var configuration: JSONObject?
  /// The very bytes of `config.json`, so that it can be carried unchanged.
  public var configurationBytes: [UInt8]?
  /// What `configuration` was read from, for messages.
  public var configurationOrigin: String?
  /// Tokenizer and other files that belong to the model.
  public var files: [CarriedFile]
  /// Remarks for the user, such as the unknown classes a pickle names.
  public var notes: [String]
  /// Compares the checksums of the weights, where the format has any.
  var checksums: (@Sendable () throws(LFError) -> Void)?

  /// A file with weights, for provenance.
  public struct WeightFile: Sendable {
    public let path: String
    public let byteCount: Int

    /// A file and its size.
    public init(path: String, byteCount: Int) {
      self.path = path
      self.byteCount = byteCount
    }
  }

  /// An opened checkpoint.
  public init(
    format: String, path: String, weightFiles: [WeightFile], source: any TensorSource,
    configuration: JSONObject? = nil, configurationOrigin: String? = nil,
    files: [CarriedFile] = [], notes: [String] = []
  ) {
    self.format = format
    self.path = path
    self.weightFiles = weightFiles
    self.source = source
    self.configuration = configuration
    self.configurationOrigin = configurationOrigin
    self.files = files
    self.notes = notes
  }

  /// Reads all weights and compares them with the checksums in the file.
  ///
  /// Opening does not do so: it would read every byte twice. Only PyTorch's zip
  /// archives have checksums; other formats, and archives that were written
  /// without, pass.
  public func verifyChecksums() throws(LFError) { try checksums?() }
}
