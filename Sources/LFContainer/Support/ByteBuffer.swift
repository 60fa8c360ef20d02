#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Memory for bytes, aligned to cache lines, zero at first.
///
/// The system clears a page when it is first touched, so that a large buffer
/// for a small chunk costs little.
@safe final class ByteBuffer {
  let bytes: UnsafeMutableRawBufferPointer
  private let block: UnsafeMutableRawPointer

  /// At least one byte is allocated.
  init(byteCount: Int) {
    let alignment = 64
    // A few MiB; without them nothing else works either.
    guard let block = unsafe calloc(max(1, byteCount) + alignment, 1) else {
      fatalError("out of memory")
    }
    unsafe self.block = unsafe block
    unsafe bytes = UnsafeMutableRawBufferPointer(
      start: block.alignedUp(toMultipleOf: alignment), count: max(1, byteCount))
  }

  deinit { unsafe free(block) }

  /// The first byte.
  var start: UnsafeMutablePointer<UInt8> {
    // The buffer is never empty, and holds nothing but bytes.
    unsafe bytes.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: UInt8.self)
  }

  /// Bytes from the beginning.
  func prefix(_ count: Int) -> UnsafeRawBufferPointer {
    unsafe UnsafeRawBufferPointer(rebasing: bytes[..<count])
  }
}
