import CPlatform

/// Memory that begins at a multiple of 64 bytes or, when it is large, of 2 MiB:
/// the one allocator of this package's buffers.
///
/// Page faults dominate the time of filling a large buffer for the first time;
/// with pages of 2 MiB there are 512 times fewer, where the system has them.
///
/// Unchecked: whoever holds it sees to it that no two threads use the same bytes.
@safe
package final class AlignedMemory: @unchecked Sendable {
  /// What the bytes are at first.
  package enum Content: Sendable {
    /// Anything: every byte is written before it is read.
    case uninitialized
    /// Zeros. The system clears a page when it is first touched, so that what
    /// is not touched costs nothing.
    case zeros
  }

  /// Where the memory begins.
  package enum Alignment: Int, Sendable {
    case cacheLine = 64
    /// With the advice to use huge pages.
    case hugePage = 0x20_0000

    /// Huge pages for two of them and more: less would be mostly waste.
    package static func suited(to byteCount: Int) -> Alignment {
      byteCount >= 2 * hugePage.rawValue ? .hugePage : .cacheLine
    }
  }

  /// The memory, valid as long as this object is. At least one byte.
  package let bytes: UnsafeMutableRawBufferPointer
  private let block: lf_memory

  /// Allocates memory.
  ///
  /// - Parameters:
  ///   - alignment: nil for the one that suits the size.
  ///   - purpose: ends the error's sentence "no memory for … bytes of".
  /// - Throws: `memory.exhausted`.
  package init(
    byteCount: Int, _ content: Content, alignment: Alignment? = nil, for purpose: String
  ) throws(LFError) {
    try MemoryLimit.check(byteCount, for: purpose)
    let alignment = alignment ?? .suited(to: byteCount)
    var block = unsafe lf_memory()
    guard byteCount >= 0,
      unsafe lf_memory_allocate(
        &block, max(1, byteCount), alignment.rawValue, content == .zeros ? 1 : 0) == 1
    else {
      throw MemoryLimit.exhausted(byteCount, purpose)
    }
    unsafe self.block = unsafe block
    unsafe bytes = UnsafeMutableRawBufferPointer(start: block.start, count: max(1, byteCount))
  }

  deinit { unsafe lf_memory_free(block) }

  /// The first byte.
  package var start: UnsafeMutablePointer<UInt8> {
    // Never empty, and nothing but bytes to begin with.
    unsafe bytes.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: UInt8.self)
  }

  /// Bytes from the beginning.
  package func prefix(_ count: Int) -> UnsafeRawBufferPointer {
    unsafe UnsafeRawBufferPointer(rebasing: bytes[..<count])
  }
}
