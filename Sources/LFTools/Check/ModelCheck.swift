import LFContainer
public import LFCore
public import LFModels

/// A model of which every checksum was verified.
public struct ModelCheck: Sendable {
  /// The file or folder.
  public let path: String
  /// Its format, in words.
  public let format: String
  /// What was compared, as in "CRC-32 of every member".
  public let checksums: String
  /// Bytes of the files with weights.
  public let fileBytes: Int
  /// How many tensors there are.
  public let tensors: Int
  /// How many other files they came with.
  public let files: Int

  /// Reads and verifies everything.
  ///
  /// - Parameter progress: called with the part that is done, from 0 to 1, and the
  ///   bytes of the files with weights, which are all to be read.
  /// - Throws: the format's error for the first part that is damaged, as
  ///   `lfz.chunk-checksum` with the tensor or file it belongs to, or
  ///   `zip.checksum`; `check.no-checksums` for a format that has none.
  public init(
    _ path: String, options: OpenOptions = OpenOptions(), threads: Int,
    progress: @escaping @Sendable (_ done: Double, _ bytes: Int) -> Void = { _, _ in }
  ) throws(LFError) {
    let opened = try OpenedModel.open(path, options: options)
    guard let checksums = opened.checksums else {
      throw .unsupported(
        "check.no-checksums", at: .init(file: path),
        "\(opened.format) has no checksums: its structure is sound, but nothing tells whether a "
          + "weight has changed",
        hint: "convert it to .lfz, which has")
    }
    do throws(LFError) {
      let bytes = opened.byteCount
      progress(0, bytes)
      try checksums.verify(threads) { progress($0, bytes) }
    } catch {
      throw error.located(file: path)
    }
    self.path = path
    format = opened.format
    self.checksums = checksums.name
    fileBytes = opened.byteCount
    tensors = opened.source.tensors.count
    files = (opened.container?.files ?? opened.files).count
  }

  /// The object that `--json` prints.
  public var json: JSONObject {
    JSONObject([
      ("schema", "lfconv.check/1"), ("path", .string(path)), ("format", .string(format)),
      ("checksums", .string(checksums)), ("intact", true), ("file_bytes", JSONValue(fileBytes)),
      ("tensors", JSONValue(tensors)), ("files", JSONValue(files)),
    ])
  }
}
