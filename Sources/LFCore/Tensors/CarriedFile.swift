/// A file that travels with a model's weights: tokenizer, vocabulary,
/// configuration.
public struct CarriedFile: Sendable {
  /// Path relative to the model's folder.
  public let name: String
  /// Bytes of its content.
  public let byteCount: Int
  private let load: @Sendable () throws(LFError) -> [UInt8]

  /// A file whose bytes are read when they are asked for.
  public init(
    name: String, byteCount: Int, load: @escaping @Sendable () throws(LFError) -> [UInt8]
  ) {
    self.name = name
    self.byteCount = byteCount
    self.load = load
  }

  /// A file that is in memory.
  public init(name: String, bytes: [UInt8]) {
    self.init(name: name, byteCount: bytes.count) { () throws(LFError) -> [UInt8] in bytes }
  }

  /// The content.
  public func contents() throws(LFError) -> [UInt8] { try load() }
}
