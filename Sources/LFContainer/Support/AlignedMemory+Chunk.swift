import LFCore

extension AlignedMemory {
  /// Memory for a chunk, zero at first: a few MiB at most, of which a small
  /// chunk touches little.
  static func chunk(byteCount: Int) throws(LFError) -> AlignedMemory {
    try AlignedMemory(byteCount: byteCount, .zeros, for: "a container's chunk")
  }
}

extension UnsafeMutableRawPointer {
  /// Fills memory with repetitions of what it begins with.
  ///
  /// What is there is copied after itself, twice as much each time: a byte
  /// that is repeated a million times takes twenty copies.
  ///
  /// - Parameters:
  ///   - unit: bytes that are there already, at least 1.
  ///   - count: bytes that there will be.
  func repeatBeginning(_ unit: Int, count: Int) {
    var filled = unit
    while filled < count {
      let step = min(filled, count - filled)
      unsafe (self + filled).copyMemory(from: self, byteCount: step)
      filled += step
    }
  }
}
