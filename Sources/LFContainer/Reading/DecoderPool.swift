import LFCore
import Synchronization

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
