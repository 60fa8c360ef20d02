import CContainer
import CZstd
import LFCore

/// A reusable zstd compression context.
@safe final class ZstdEncoder {
  private let context: OpaquePointer
  private let literalsOnly: Bool

  /// A context with a set of parameters.
  private init(
    _ parameters: [(ZSTD_cParameter, Int32)], literalsOnly: Bool = false
  ) throws(LFError) {
    guard let context = unsafe ZSTD_createCCtx() else {
      throw LFError(.internal, "internal.memory", "no memory for a compression context")
    }
    unsafe self.context = unsafe context
    self.literalsOnly = literalsOnly
    for (parameter, value) in parameters {
      let result = unsafe ZSTD_CCtx_setParameter(context, parameter, value)
      guard ZSTD_isError(result) == 0 else {
        throw LFError(
          .internal, "internal.zstd", "parameter \(parameter.rawValue) = \(value) is not accepted")
      }
    }
  }

  deinit { _ = unsafe ZSTD_freeCCtx(context) }

  /// Entropy coding alone.
  ///
  /// Exponents of weights have no repetitions worth finding; these settings
  /// make the search as cheap as it gets without leaving the stable interface.
  static func literals() throws(LFError) -> ZstdEncoder {
    try ZstdEncoder(
      [
        (ZSTD_c_compressionLevel, 1), (ZSTD_c_strategy, Int32(ZSTD_fast.rawValue)),
        (ZSTD_c_targetLength, 0), (ZSTD_c_minMatch, 7), (ZSTD_c_hashLog, 6), (ZSTD_c_chainLog, 6),
        (ZSTD_c_windowLog, 17),
      ], literalsOnly: true)
  }

  /// Ordinary compression, for text and integers.
  static func general(level: Int32) throws(LFError) -> ZstdEncoder {
    try ZstdEncoder([(ZSTD_c_compressionLevel, level)])
  }

  /// Compresses to one frame; nil when it does not fit `capacity`.
  func encode(
    _ bytes: UnsafeRawBufferPointer, to place: UnsafeMutablePointer<UInt8>, capacity: Int
  ) -> Int? {
    if literalsOnly {
      // Without the library, where there is nothing unusual about the bytes.
      let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
      let count = unsafe lfz_literals_encode(start, bytes.count, place, capacity)
      if count > 0 { return count }
    }
    let result = unsafe ZSTD_compress2(context, place, capacity, bytes.baseAddress, bytes.count)
    return ZSTD_isError(result) == 0 ? result : nil
  }
}

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
        "lfz.chunk",
        expected: "one zstd frame of \(frame.count.counted("byte")) that holds \(count)",
        found: "something else")
    }
    let result = unsafe ZSTD_decompressDCtx(
      context, place, count, frame.baseAddress, frame.count)
    guard ZSTD_isError(result) == 0, result == count else {
      throw .refused("lfz.chunk", expected: "a sound zstd frame", found: "a damaged one")
    }
  }
}
