import Container
import FileIO
public import TensorCore

/// A container of which every checksum was verified.
public struct ContainerCheck: Sendable {
  public let path: String
  public let fileBytes: Int
  public let tensors: Int
  public let files: Int

  /// Reads and verifies everything.
  ///
  /// - Throws: `lfz.*` naming the first chunk that is damaged, and the tensor
  ///   or file it belongs to.
  public init(_ path: String, threads: Int) throws(LFError) {
    let file = try InputFile(path)
    let reader = try LFZReader(file)
    try reader.check(threads: threads)
    self.path = path
    fileBytes = file.byteCount
    tensors = reader.tensors.count
    files = reader.files.count
  }

  /// The object that `--json` prints.
  public var json: JSONObject {
    JSONObject([
      ("schema", "lfconv.check/1"), ("path", .string(path)), ("intact", true),
      ("file_bytes", JSONValue(fileBytes)), ("tensors", JSONValue(tensors)),
      ("files", JSONValue(files)),
    ])
  }
}
