import CXXHash

/// The container's checksums: fast, and no protection against forgery.
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

  init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// The digest of bytes that are at hand.
  init(_ bytes: UnsafeRawBufferPointer) {
    let hash = unsafe XXH3_128bits(bytes.baseAddress, bytes.count)
    self.init(high: hash.high64, low: hash.low64)
  }
}

/// A 128-bit digest of bytes that come one piece after the other.
///
/// Unchecked: its owner sees to it that one thread at a time uses it.
@safe final class StreamingDigest: @unchecked Sendable {
  // The library's state needs an alignment that only its own constructor gives.
  private let state: OpaquePointer

  init() {
    // Allocation of a few hundred bytes; without them nothing else works.
    guard let state = unsafe XXH3_createState() else { fatalError("out of memory") }
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
    let hash = unsafe XXH3_128bits_digest(state)
    return Digest128(high: hash.high64, low: hash.low64)
  }
}

extension Digest128: CustomStringConvertible {
  /// 32 hexadecimal digits.
  var description: String { hex(high) + hex(low).dropFirst(2) }
}
