extension MutableRawSpan {
  /// Hands a part of the span to `body`.
  package mutating func withSlice(
    _ range: Range<Int>, _ body: (inout MutableRawSpan) throws(LFError) -> Void
  ) throws(LFError) {
    precondition(range.lowerBound >= 0 && range.upperBound <= byteCount)
    var failure: LFError?
    // The closure's own error type is lost by the standard library's rethrow.
    unsafe withUnsafeMutableBytes { pointer in
      let part = unsafe UnsafeMutableRawBufferPointer(rebasing: pointer[range])
      var slice = unsafe MutableRawSpan(_unsafeBytes: part)
      do throws(LFError) { try body(&slice) } catch { failure = error }
    }
    if let failure { throw failure }
  }

  /// Sets every byte.
  package mutating func fill(_ byte: UInt8) {
    unsafe withUnsafeMutableBytes { pointer in
      _ = unsafe pointer.initializeMemory(as: UInt8.self, repeating: byte)
    }
  }

  /// Copies bytes to the span's beginning.
  package mutating func copy(_ bytes: ArraySlice<UInt8>, at offset: Int = 0) {
    precondition(offset >= 0 && bytes.count <= byteCount - offset)
    unsafe withUnsafeMutableBytes { pointer in
      unsafe pointer[offset...].copyBytes(from: bytes)
    }
  }
}
