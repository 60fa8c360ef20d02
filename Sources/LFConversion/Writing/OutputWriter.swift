import LFContainer
import LFCore
import LFModels

/// A place a conversion's result goes to: written aside, read back, published.
protocol OutputWriter: Sendable {
  /// Writes everything under a temporary name.
  func write(
    _ content: OutputContent, threads: Int, progress: @escaping @Sendable (Double) -> Void
  ) throws(LFError)
  /// Opens what was written.
  func reopen() throws(LFError) -> OpenedModel
  /// Whether what was written, opened again, is what was read to be written:
  /// asked when a proof fails, while the source may be another by then.
  func isIntact(_ written: OpenedModel, threads: Int) throws(LFError) -> Bool
  /// Moves it to its place.
  func publish() throws(LFError)
  /// Bytes of what was written.
  var byteCount: Int { get }
}

/// Chooses the writer for an output path.
enum OutputWriters {
  /// The one for what the path's name asks for.
  static func make(
    _ path: String, overwrite: Bool, compression: LFZCompression, shardByteCount: Int
  ) throws(LFError) -> any OutputWriter {
    switch try OutputName(path) {
    case .container:
      return try ContainerOutput(path, overwrite: overwrite, compression: compression)
    case .folder:
      return try FolderOutput(path, overwrite: overwrite, shardByteCount: shardByteCount)
    }
  }
}
