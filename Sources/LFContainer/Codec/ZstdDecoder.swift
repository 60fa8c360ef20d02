import CContainer
import CZstd
import LFCore

/// A reusable zstd decompression context.
@safe final class ZstdDecoder {
  private let context: OpaquePointer

  init() throws(LFError) {
    guard let context = unsafe ZSTD_createDCtx() else {
      throw LFError(.internal, "internal.memory", "no memory for a decompression context")
    }
    unsafe self.context = unsafe context
  }

  deinit { _ = unsafe ZSTD_freeDCtx(context) }

  /// Decodes exactly one frame to exactly `count` bytes.
  ///
  /// Frames of entropy-coded bytes alone are decoded without the library, twice
  /// as fast; whatever is unusual about a frame is left to it.
  func decode(
    _ frame: UnsafeRawBufferPointer, to place: UnsafeMutablePointer<UInt8>, count: Int
  ) throws(LFError) {
    let start = unsafe frame.baseAddress?.assumingMemoryBound(to: UInt8.self)
    if unsafe lfz_literals_decode(start, frame.count, place, count) == 1 { return }
    try unsafe decodeWithLibrary(frame, to: place, count: count)
  }

  /// The same for frames of any kind.
  ///
  /// The library by itself also accepts several frames in a row and frames
  /// that carry nothing; neither is allowed in a container.
  func decodeWithLibrary(
    _ frame: UnsafeRawBufferPointer, to place: UnsafeMutablePointer<UInt8>, count: Int
  ) throws(LFError) {
    let length = unsafe ZSTD_findFrameCompressedSize(frame.baseAddress, frame.count)
    let content = unsafe ZSTD_getFrameContentSize(frame.baseAddress, frame.count)
    guard ZSTD_isError(length) == 0, length == frame.count, content == UInt64(count) else {
      throw .refused(
        "lfz.chunk", expected: "one zstd frame of \(frame.count) bytes that holds \(count)",
        found: "something else")
    }
    let result = unsafe ZSTD_decompressDCtx(
      context, place, count, frame.baseAddress, frame.count)
    guard ZSTD_isError(result) == 0, result == count else {
      throw .refused("lfz.chunk", expected: "a sound zstd frame", found: "a damaged one")
    }
  }
}
