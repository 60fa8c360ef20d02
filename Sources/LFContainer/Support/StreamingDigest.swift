import CContainer

/// A 128-bit digest of bytes that come one piece after the other.
///
/// Unchecked: its owner sees to it that one thread at a time uses it.
@safe final class StreamingDigest: @unchecked Sendable {
  private let state: OpaquePointer

  init() {
    // A few hundred bytes; without them nothing else works either.
    guard let state = unsafe lfz_hash_create() else { fatalError("out of memory") }
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
  var value: Digest128 { Digest128(unsafe lfz_hash_value(state)) }
}
