package import LFCore

extension TensorSource {
  /// The 32 bytes of the SHA-256 of one tensor: of its bytes as a safetensors
  /// file holds them, little-endian and row by row.
  ///
  /// - Throws: as `read(_:at:into:)`.
  package func sha256(_ index: Int) throws(LFError) -> [UInt8] {
    let byteCount = tensors[index].byteCount
    let hashedBytes = 2 << 20  // a few chunks of a container
    var hash = try RunningSHA256(tensors[index].name.text)
    var block = [UInt8](repeating: 0, count: min(byteCount, hashedBytes))
    for start in stride(from: 0, to: byteCount, by: hashedBytes) {
      let count = min(block.count, byteCount - start)
      var span = block.mutableSpan
      var raw = unsafe span.mutableBytes  // every byte pattern is a valid UInt8
      try raw.withSlice(0..<count) { (slice) throws(LFError) in
        try read(index, at: start, into: &slice)
        try hash.update(slice.bytes)
      }
    }
    return try hash.finish()
  }
}
