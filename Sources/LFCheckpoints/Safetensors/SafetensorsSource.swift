public import LFCore
public import LFFiles

/// The tensors of one `.safetensors` file.
///
/// Everything the header says is checked when the file is opened, so that a
/// later read can only fail because the file cannot be read.
public struct SafetensorsSource: TensorSource {
  /// The file.
  public let file: InputFile
  /// The tensors, in the order of their bytes in the file.
  public let tensors: [TensorDescriptor]
  /// The header's `__metadata__`: strings only.
  public let metadata: JSONObject
  /// Where each tensor's bytes begin in the file.
  private let starts: [Int]

  /// Opens a file and checks its header.
  ///
  /// - Throws: `safetensors.*` and `json.*` with the place in the file.
  public init(_ file: InputFile, limits: Limits = .standard) throws(LFError) {
    do throws(LFError) {
      let header = try SafetensorsHeader(file, limits: limits)
      self.file = file
      metadata = header.metadata
      tensors = header.entries.map(\.descriptor)
      starts = header.entries.map(\.start)
    } catch {
      throw error.located(file: file.path)
    }
  }

  /// Reads bytes from the file, as `TensorSource` demands.
  public func read(
    _ index: Int, at offset: Int, into buffer: inout MutableRawSpan
  ) throws(LFError) {
    try tensors[index].checkRange(at: offset, count: buffer.byteCount)
    try file.read(at: starts[index] + offset, into: &buffer)
  }
}
