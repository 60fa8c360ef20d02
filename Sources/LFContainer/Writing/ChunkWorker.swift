import LFCore
import LFFiles

/// One thread's chunk on its way into the file.
final class ChunkWorker {
  /// A chunk of raw bytes, and room for padding after them.
  let raw: AlignedMemory
  private let encoder: ChunkEncoder
  private var rawCount = 0
  private var result: ChunkEncoder.Result
  private var checksum: UInt64 = 0
  private var offset = 0

  init(_ compression: LFZCompression) throws(LFError) {
    raw = try .chunk(byteCount: LFZFormat.chunkBytes + LFZFormat.alignment)
    encoder = try ChunkEncoder(compression)
    result = .init(codec: .raw, buffer: raw, count: 0)
  }

  /// Stored bytes and the zero bytes after them.
  var paddedCount: Int { LFZFormat.aligned(result.count) ?? result.count }

  /// Reads and codes a chunk.
  func encode(
    _ blob: PlannedBlob, start: Int, count: Int, _ reader: ContentReader
  ) throws(LFError) {
    rawCount = count
    try reader.read(blob.content, at: start, count: count, into: raw)
    let codable = blob.byteCount >= LFZFormat.codedBlobBytes
    result = encoder.encode(raw, count: count, blob.elementType, codable: codable)
    checksum = unsafe Digest.xxh64(result.buffer.prefix(result.count))
  }

  /// The chunk's record, now that its place is known.
  func record(at offset: Int, _ type: ElementType) -> ChunkRecord {
    self.offset = offset
    return ChunkRecord(
      offset: offset, storedCount: result.count, rawCount: rawCount, checksum: checksum,
      codec: result.codec, elementType: type)
  }

  /// Writes the chunk and its padding to its place.
  func write(to output: OutputFile) throws(LFError) {
    for index in result.count..<paddedCount { unsafe result.buffer.bytes[index] = 0 }
    try output.write(
      unsafe RawSpan(_unsafeBytes: result.buffer.prefix(paddedCount)), at: offset)
  }
}
