public import LFCore

extension InputFile {
  /// Bytes that are hashed at a time.
  private static let hashedBytes = 1 << 20

  /// The 32 bytes of the SHA-256 of the whole file.
  ///
  /// - Throws: as `read(at:into:)`.
  public func sha256() throws(LFError) -> [UInt8] {
    var hash = try RunningSHA256(path)
    var block = [UInt8](repeating: 0, count: min(byteCount, Self.hashedBytes))
    for start in stride(from: 0, to: byteCount, by: Self.hashedBytes) {
      let count = min(block.count, byteCount - start)
      var span = block.mutableSpan
      var raw = unsafe span.mutableBytes  // every byte pattern is a valid UInt8
      try raw.withSlice(0..<count) { (slice) throws(LFError) in
        try read(at: start, into: &slice)
        try hash.update(slice.bytes)
      }
    }
    return try hash.finish()
  }
}
