/// How a chunk's stored bytes stand for its raw bytes.
enum ChunkCodec: UInt8, Sendable, CaseIterable {
  /// They are the raw bytes.
  case raw = 0
  /// They are one zstd frame.
  case zstd = 1
  /// They are a plane directory and the elements' byte planes.
  case planes = 2
}
