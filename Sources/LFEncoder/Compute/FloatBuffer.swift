import CKernels
import LFCore

/// Memory for floats that several threads fill, each its own part.
///
/// Not initialised: every user writes before it reads. All access goes through
/// `Matrix`, which checks its bounds, so that the pointer stays in this folder.
@safe
final class FloatBuffer: @unchecked Sendable {
  /// First float; valid for `count` of them as long as the buffer lives.
  let pointer: UnsafeMutablePointer<Float>
  let count: Int
  private let isOwned: Bool

  /// Allocates memory.
  ///
  /// - Throws: `memory.exhausted`.
  init(count: Int) throws(LFError) {
    guard count >= 0, let memory = unsafe lf_allocate(count) else {
      throw LFError(.io, "memory.exhausted", "no memory for \(count) numbers of the forward pass")
    }
    unsafe pointer = memory
    self.count = count
    isOwned = true
  }

  /// Works in memory of somebody else, who must outlive the buffer.
  @unsafe
  init(borrowing memory: UnsafeMutableBufferPointer<Float>) {
    // An empty array has no address; nothing is read or written through it.
    unsafe pointer = memory.baseAddress ?? UnsafeMutablePointer(bitPattern: 64)!
    count = memory.count
    isOwned = false
  }

  deinit {
    if isOwned { unsafe lf_free(pointer) }
  }
}
