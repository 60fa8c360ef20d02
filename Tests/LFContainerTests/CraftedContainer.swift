import LFCore

@testable import LFContainer

/// A container taken apart, so that a test can change any field of it.
///
/// What a test leaves alone is computed when it is put together again:
/// offsets, lengths and all checksums are right unless they were meant not to
/// be. So each test fails for its own reason and not for a checksum's.
struct CraftedContainer {
  struct Chunk {
    var offset: UInt64?
    var storedCount: UInt32?
    var rawCount: UInt32
    var checksum: UInt64?
    var codec: UInt8
    var elementType: UInt8
    var reserved: [UInt8] = [0, 0, 0, 0, 0, 0]
    var bytes: [UInt8]
    /// Bytes up to the next multiple of 64.
    var padding: [UInt8]?
  }

  var magic: [UInt8]
  var major: UInt16
  var minor: UInt16
  var headerBytes: UInt32
  var features: UInt64
  var fileByteCount: UInt64?
  var tableOffset: UInt64?
  var chunkCount: UInt32?
  var indexByteCount: UInt32?
  var metadataChecksum: UInt64?
  var reserved: UInt32 = 0
  var headerChecksum: UInt32?
  var chunks: [Chunk] = []
  /// The index; only used while `indexBytes` is nil.
  var index: LFZIndex
  var indexBytes: [UInt8]?
  /// Bytes between the last chunk and the table, and after the index.
  var gap: [UInt8] = []
  var trailing: [UInt8] = []

  /// Takes a sound container apart.
  init(_ bytes: [UInt8], _ reader: LFZReader) {
    magic = Array(bytes[..<8])
    major = 1
    minor = 0
    headerBytes = 64
    features = 0
    index = reader.index
    chunks = reader.table.records.map { record in
      Chunk(
        rawCount: UInt32(record.rawCount), codec: record.codec.rawValue,
        elementType: record.elementType.code,
        bytes: Array(bytes[record.offset..<record.offset + record.storedCount]))
    }
  }

  /// Puts the container together.
  var bytes: [UInt8] {
    var body: [UInt8] = []
    var table: [UInt8] = []
    for chunk in chunks {
      table.append(littleEndian: chunk.offset ?? UInt64(64 + body.count))
      table.append(littleEndian: chunk.storedCount ?? UInt32(chunk.bytes.count))
      table.append(littleEndian: chunk.rawCount)
      table.append(littleEndian: chunk.checksum ?? Digest.xxh64(chunk.bytes))
      table.append(chunk.codec)
      table.append(chunk.elementType)
      table += chunk.reserved
      body += chunk.bytes
      body += chunk.padding ?? [UInt8](repeating: 0, count: (64 - body.count % 64) % 64)
    }
    body += gap
    let metadata = table + (indexBytes ?? index.encoded)
    let indexCount = metadata.count - table.count
    var header = magic
    header.append(littleEndian: major)
    header.append(littleEndian: minor)
    header.append(littleEndian: headerBytes)
    header.append(littleEndian: features)
    header.append(littleEndian: fileByteCount ?? UInt64(64 + body.count + metadata.count))
    header.append(littleEndian: tableOffset ?? UInt64(64 + body.count))
    header.append(littleEndian: chunkCount ?? UInt32(chunks.count))
    header.append(littleEndian: indexByteCount ?? UInt32(indexCount))
    header.append(littleEndian: metadataChecksum ?? Digest.xxh64(metadata))
    header.append(littleEndian: reserved)
    header.append(
      littleEndian: headerChecksum ?? UInt32(truncatingIfNeeded: Digest.xxh64(header)))
    return header + body + metadata + trailing
  }
}
