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
