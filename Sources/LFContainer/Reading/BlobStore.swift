import LFCore
import LFFiles
import Synchronization

/// Reads bytes of blobs, and of what is put together from them.
final class BlobStore: Sendable {
  private let file: InputFile
  private let table: ChunkTable
  private let index: LFZIndex
  private let decoders = DecoderPool()
  private let cache = ChunkCache()

  init(file: InputFile, table: ChunkTable, index: LFZIndex) {
    self.file = file
    self.table = table
    self.index = index
  }

  /// Fills `buffer` with bytes of a list of parts, from `offset` on.
  func read(
    _ parts: [LFZIndex.Part], at offset: Int, into buffer: inout MutableRawSpan
  ) throws(LFError) {
    var partStart = 0
    var written = 0
    for part in parts where written < buffer.byteCount {
      let partEnd = partStart + part.byteCount
      let position = offset + written - partStart
      if position < part.byteCount {
        let count = min(partEnd - offset - written, buffer.byteCount - written)
        try buffer.withSlice(written..<written + count) { (slice) throws(LFError) in
          try read(part, at: position, into: &slice)
        }
        written += count
      }
      partStart = partEnd
    }
  }

  /// Fills `buffer` with bytes of one part; a repetition is read only once.
  private func read(
    _ part: LFZIndex.Part, at offset: Int, into buffer: inout MutableRawSpan
  ) throws(LFError) {
    let once = min(part.unit, buffer.byteCount)
    var written = 0
    while written < once {
      let position = (offset + written) % part.unit
      let count = min(part.unit - position, once - written)
      try buffer.withSlice(written..<written + count) { (slice) throws(LFError) in
        try read(blob: part.blob, at: position, into: &slice)
      }
      written += count
    }
    unsafe buffer.withUnsafeMutableBytes { bytes in
      guard let start = bytes.baseAddress else { return }
      unsafe start.repeatBeginning(once, count: bytes.count)
    }
  }

  /// Fills `buffer` with bytes of a blob.
  private func read(
    blob: Int, at offset: Int, into buffer: inout MutableRawSpan
  ) throws(LFError) {
    let chunks = index.blobs[blob].chunks
    let blobStart = table.rawStarts[chunks.lowerBound]
    var written = 0
    while written < buffer.byteCount {
      let position = blobStart + offset + written
      let chunk = table.chunk(at: position, in: chunks)
      let start = position - table.rawStarts[chunk]
      let rawCount = table.records[chunk].rawCount
      let count = min(rawCount - start, buffer.byteCount - written)
      if count == rawCount {
        try buffer.withSlice(written..<written + count) { (slice) throws(LFError) in
          try decode(chunk, into: &slice)
        }
      } else {
        buffer.copy(try decoded(chunk)[start..<start + count], at: written)
      }
      written += count
    }
  }

  /// Decodes a whole chunk.
  private func decode(_ chunk: Int, into buffer: inout MutableRawSpan) throws(LFError) {
    let record = table.records[chunk]
    precondition(buffer.byteCount == record.rawCount)
    do throws(LFError) {
      try decoders.withDecoder { (decoder) throws(LFError) in
        var failure: LFError?
        unsafe buffer.withUnsafeMutableBytes { bytes in
          guard let start = bytes.baseAddress else { return }
          do throws(LFError) {
            try unsafe decoder.decode(
              record, of: file, to: start.assumingMemoryBound(to: UInt8.self))
          } catch { failure = error }
        }
        if let failure { throw failure }
      }
    } catch {
      throw located(error, chunk: chunk)
    }
  }

  /// A decoded chunk, from the cache if it is there.
  private func decoded(_ chunk: Int) throws(LFError) -> [UInt8] {
    if let bytes = cache.bytes(of: chunk) { return bytes }
    var bytes = [UInt8](repeating: 0, count: table.records[chunk].rawCount)
    var span = bytes.mutableSpan
    var raw = unsafe span.mutableBytes  // every byte pattern is a valid UInt8
    try decode(chunk, into: &raw)
    cache.store(bytes, of: chunk)
    return bytes
  }

  /// Names the chunk and its first tensor or file in an error.
  func located(_ error: LFError, chunk: Int) -> LFError {
    var result = error.located(file: file.path, entry: owner(of: chunk))
    result.message = "chunk \(chunk): " + result.message
    result.location.offset = result.location.offset ?? table.records[chunk].offset
    return result
  }

  private func owner(of chunk: Int) -> String? {
    guard let blob = index.blobs.firstIndex(where: { $0.chunks.contains(chunk) }) else {
      return nil
    }
    func uses(_ parts: [LFZIndex.Part]) -> Bool { parts.contains { $0.blob == blob } }
    return index.tensors.first { uses($0.parts) }?.descriptor.name.text
      ?? index.files.first { uses($0.parts) }?.name
  }
}

/// Chunk decoders that are used again: their buffers are larger than most reads.
final class DecoderPool: Sendable {
  private let idle = Mutex<[ChunkDecoder]>([])

  /// Lends a decoder to `body`.
  func withDecoder<Value>(
    _ body: (ChunkDecoder) throws(LFError) -> Value
  ) throws(LFError) -> Value {
    let decoder: ChunkDecoder
    if let waiting = idle.withLock({ $0.popLast() }) {
      decoder = waiting
    } else {
      decoder = try ChunkDecoder()
    }
    defer { idle.withLock { $0.append(decoder) } }
    return try body(decoder)
  }
}

/// The decoded chunks that were used last.
///
/// Somebody who reads a table row by row would otherwise have a chunk decoded
/// for each of its rows.
final class ChunkCache: Sendable {
  private struct Entry {
    var chunk: Int
    var bytes: [UInt8]
  }

  private let capacity = 8
  /// The one used last is at the end.
  private let entries = Mutex<[Entry]>([])

  /// A decoded chunk, if it is still here.
  func bytes(of chunk: Int) -> [UInt8]? {
    entries.withLock { entries in
      guard let position = entries.firstIndex(where: { $0.chunk == chunk }) else { return nil }
      let entry = entries.remove(at: position)
      entries.append(entry)
      return entry.bytes
    }
  }

  /// Keeps a decoded chunk; the one that was used longest ago goes.
  func store(_ bytes: [UInt8], of chunk: Int) {
    entries.withLock { entries in
      if entries.contains(where: { $0.chunk == chunk }) { return }
      if entries.count >= capacity { entries.removeFirst() }
      entries.append(Entry(chunk: chunk, bytes: bytes))
    }
  }
}
