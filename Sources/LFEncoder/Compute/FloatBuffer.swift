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
  /// What is released with the buffer; nil when it works in memory of others.
  private let owned: AlignedMemory?

  /// Allocates memory.
  ///
  /// - Throws: `memory.exhausted`.
  init(count: Int) throws(LFError) {
    let (byteCount, overflow) = count.multipliedReportingOverflow(by: MemoryLayout<Float>.size)
    guard !overflow else {
      throw LFError(.io, "memory.exhausted", "no memory for \(count) numbers of the forward pass")
    }
    let memory = try AlignedMemory(
      byteCount: byteCount, .uninitialized, for: "the forward pass")
    owned = memory
    unsafe pointer = UnsafeMutableRawPointer(memory.start).bindMemory(
      to: Float.self, capacity: max(1, count))
    self.count = count
  }

  /// Works in memory of somebody else, who must outlive the buffer.
  @unsafe
  init(borrowing memory: UnsafeMutableBufferPointer<Float>) {
    // An empty array has no address; nothing is read or written through it.
    unsafe pointer = memory.baseAddress ?? UnsafeMutablePointer(bitPattern: 64)!
    count = memory.count
    owned = nil
  }
}
