import CXXHash
import LFCore

/// The container's checksums: fast, and no protection against forgery.
///
/// By the system's libxxhash, which is compiled for the oldest processors. Its
/// header compiled once more for AVX2, with a choice at run time, is a fifth to a
/// third faster, which is 3 % of loading and 1 % of a conversion
/// (`Benchmarks/codec.sh`): not worth a hundred lines of C.
enum Digest {
  /// XXH3-64.
  static func xxh64(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    unsafe XXH3_64bits(bytes.baseAddress, bytes.count)
  }

  /// XXH3-64.
  static func xxh64(_ bytes: [UInt8]) -> UInt64 {
    unsafe bytes.withUnsafeBytes { unsafe xxh64($0) }
  }
}

/// A 128-bit digest (XXH3-128), as two halves.
struct Digest128: Hashable, Sendable {
  var high: UInt64
  var low: UInt64
}

extension Digest128: CustomStringConvertible {
  /// 32 hexadecimal digits.
  var description: String { hex(high) + hex(low).dropFirst(2) }
}

/// A checksum as a message shows it.
func hex(_ value: UInt64) -> String {
  let digits = String(value, radix: 16)
  return "0x" + String(repeating: "0", count: 16 - digits.count) + digits
}

/// A 128-bit digest of bytes that come one piece after the other.
///
/// Unchecked: its owner sees to it that one thread at a time uses it.
@safe final class StreamingDigest: @unchecked Sendable {
  private let state: OpaquePointer

  /// - Throws: `memory.exhausted`.
  init() throws(LFError) {
    guard let state = unsafe XXH3_createState() else {
      throw LFError(.io, "memory.exhausted", "no memory for a digest")
    }
    unsafe self.state = unsafe state
    reset()
  }

  deinit { _ = unsafe XXH3_freeState(state) }

  /// Begins a new digest.
  func reset() { _ = unsafe XXH3_128bits_reset(state) }

  /// Adds bytes.
  func update(_ bytes: UnsafeRawBufferPointer) {
    _ = unsafe XXH3_128bits_update(state, bytes.baseAddress, bytes.count)
  }

  /// The digest of what was added since `reset`.
  var value: Digest128 {
    let value = unsafe XXH3_128bits_digest(state)
    return Digest128(high: value.high64, low: value.low64)
  }
}
