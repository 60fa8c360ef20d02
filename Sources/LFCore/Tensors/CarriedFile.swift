/// A file that travels with a model's weights: tokenizer, vocabulary,
/// configuration.
///
/// Whoever only carries it reads it piece by piece: nobody knows how large it is.
public struct CarriedFile: Sendable {
  /// Path relative to the model's folder.
  public let name: String
  /// Bytes of its content.
  public let byteCount: Int
  private let load: @Sendable (Int, inout MutableRawSpan) throws(LFError) -> Void

  /// A file whose bytes are read when they are asked for.
  ///
  /// - Parameter load: fills a buffer with the bytes from an offset on; both lie in
  ///   the file.
  public init(
    name: String, byteCount: Int,
    load:
      @escaping @Sendable (_ offset: Int, _ buffer: inout MutableRawSpan) throws(LFError) ->
      Void
  ) {
    self.name = name
    self.byteCount = byteCount
    self.load = load
  }

  /// A file that is in memory.
  public init(name: String, bytes: [UInt8]) {
    self.init(name: name, byteCount: bytes.count) { (offset, buffer) throws(LFError) in
      buffer.copy(bytes[offset..<offset + buffer.byteCount])
    }
  }

  /// Fills `buffer` with the bytes from `offset` on.
  package func read(at offset: Int, into buffer: inout MutableRawSpan) throws(LFError) {
    guard offset >= 0, offset <= byteCount, buffer.byteCount <= byteCount - offset else {
      throw .refused(
        "io.truncated", at: .init(file: name, offset: offset),
        expected: "\(buffer.byteCount.counted("byte")) here",
        found: "a file of \(byteCount.counted("byte"))")
    }
    try load(offset, &buffer)
  }

  /// The whole content, for who has to understand it.
  ///
  /// - Throws: `memory.exhausted` for a file that does not fit into memory, and
  ///   errors of reading.
  public func contents() throws(LFError) -> [UInt8] {
    do throws(LFError) { try MemoryLimit.check(byteCount, for: "the file's content") } catch {
      throw error.located(file: name)
    }
    var result = [UInt8](repeating: 0, count: byteCount)
    var span = result.mutableSpan
    var bytes = unsafe span.mutableBytes  // every byte pattern is a valid UInt8
    try load(0, &bytes)
    return result
  }
}
