import CContainer
import LFCore

/// The container's checksums: fast, and no protection against forgery.
package enum Digest {
  /// XXH3-64.
  static func xxh64(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    unsafe lfz_hash64(bytes.baseAddress, bytes.count)
  }

  /// XXH3-64.
  package static func xxh64(_ bytes: [UInt8]) -> UInt64 {
    unsafe bytes.withUnsafeBytes { unsafe xxh64($0) }
  }

  /// XXH3-64.
  package static func xxh64(_ bytes: RawSpan) -> UInt64 {
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
    guard let state = unsafe lfz_hash_create() else {
      throw LFError(.io, "memory.exhausted", "no memory for a digest")
    }
    unsafe self.state = unsafe state
  }

  deinit { unsafe lfz_hash_free(state) }

  /// Begins a new digest.
  func reset() { unsafe lfz_hash_reset(state) }

  /// Adds bytes.
  func update(_ bytes: UnsafeRawBufferPointer) {
    unsafe lfz_hash_update(state, bytes.baseAddress, bytes.count)
  }

  /// The digest of what was added since `reset`.
  var value: Digest128 {
    let value = unsafe lfz_hash_value(state)
    return Digest128(high: value.high, low: value.low)
  }
}
