import CContainer
import LFCore
import LFFiles

/// Reads chunks from the file, checks them and decodes them.
///
/// Unchecked: several threads may use a decoder, but only one at a time;
/// `DecoderPool` and `ParallelTasks` see to that.
final class ChunkDecoder: @unchecked Sendable {
  private let zstd: ZstdDecoder
  /// Stored bytes of a chunk and the padding after them.
  private let stored: AlignedMemory
  /// Decoded planes; raw ones are merged from where they are.
  private let planes: AlignedMemory

  init() throws(LFError) {
    zstd = try ZstdDecoder()
    stored = try .chunk(byteCount: LFZFormat.chunkBytes + LFZFormat.alignment)
    planes = try .chunk(byteCount: LFZFormat.chunkBytes)
  }

  /// Reads one chunk and decodes it to `place`.
  ///
  /// Nothing is decoded before the checksum was right; on an error, `place`
  /// may have been written to all the same.
  ///
  /// - Parameter place: room for the chunk's raw bytes.
  func decode(
    _ record: ChunkRecord, of file: InputFile, to place: UnsafeMutablePointer<UInt8>
  ) throws(LFError) {
    if record.codec == .raw, record.paddedCount == record.storedCount {
      // Nothing to decode and nothing after it: straight to where it goes.
      let target = unsafe UnsafeMutableRawBufferPointer(start: place, count: record.rawCount)
      var span = unsafe MutableRawSpan(_unsafeBytes: target)
      try file.read(at: record.offset, into: &span)
      return try unsafe verify(UnsafeRawBufferPointer(target), record)
    }
    let bytes = try unsafe fetch(record, of: file)
    switch record.codec {
    case .raw:
      if let start = bytes.baseAddress {
        unsafe UnsafeMutableRawPointer(place).copyMemory(from: start, byteCount: bytes.count)
      }
    case .zstd:
      try unsafe zstd.decode(bytes, to: place, count: record.rawCount)
    case .planes:
      try unsafe decodePlanes(bytes, record, to: place)
    }
  }

  /// Reads a chunk's stored bytes and checks them and their padding.
  private func fetch(
    _ record: ChunkRecord, of file: InputFile
  ) throws(LFError) -> UnsafeRawBufferPointer {
    let all = unsafe UnsafeMutableRawBufferPointer(rebasing: stored.bytes[..<record.paddedCount])
    var span = unsafe MutableRawSpan(_unsafeBytes: all)
    try file.read(at: record.offset, into: &span)
    let bytes = unsafe stored.prefix(record.storedCount)
    try unsafe verify(bytes, record)
    for index in record.storedCount..<record.paddedCount {
      guard unsafe all[index] == 0 else {
        throw .refused(
          "lfz.padding", expected: "zero bytes up to the next chunk",
          found: "another byte at \(record.offset + index)")
      }
    }
    return unsafe bytes
  }

  private func verify(
    _ bytes: UnsafeRawBufferPointer, _ record: ChunkRecord
  ) throws(LFError) {
    let checksum = unsafe Digest.xxh64(bytes)
    guard checksum == record.checksum else {
      throw .refused(
        "lfz.chunk-checksum", expected: "checksum \(hex(record.checksum))", found: hex(checksum),
        hint: "the file is damaged; copy or download it again")
    }
  }

  private func decodePlanes(
    _ bytes: UnsafeRawBufferPointer, _ record: ChunkRecord,
    to place: UnsafeMutablePointer<UInt8>
  ) throws(LFError) {
    let width = record.elementType.byteCount
    let elements = record.rawCount / width
    let entries = try unsafe PlaneDirectory.read(bytes, width: width, elements: elements)
    var sources: [UnsafePointer<UInt8>?] = unsafe []
    var offset = width * PlaneDirectory.entryBytes
    for (index, entry) in entries.enumerated() {
      let part = unsafe UnsafeRawBufferPointer(
        rebasing: bytes[offset..<offset + entry.storedCount])
      offset += entry.storedCount
      let target = unsafe planes.start + index * elements
      switch entry.method {
      case .raw:
        // A raw plane has elements, so it has an address.
        unsafe sources.append(part.baseAddress?.assumingMemoryBound(to: UInt8.self))
      case .zstd:
        try unsafe zstd.decode(part, to: target, count: elements)
        unsafe sources.append(UnsafePointer(target))
      case .constant:
        unsafe target.update(repeating: entry.value, count: elements)
        unsafe sources.append(UnsafePointer(target))
      }
    }
    unsafe sources.withUnsafeBufferPointer { pointers in
      if record.elementType == .f32 || record.elementType == .bf16 {
        unsafe lfz_merge_float(pointers.baseAddress, elements, width, place)
      } else {
        unsafe lfz_merge(pointers.baseAddress, elements, width, place)
      }
    }
  }
}
