#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

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

extension MutableRawSpan {
  /// Whether the first `count` bytes are those of another span.
  ///
  /// Comparing arrays element by element takes ten times as long.
  package func equals(_ other: borrowing MutableRawSpan, count: Int) -> Bool {
    precondition(count >= 0 && count <= byteCount && count <= other.byteCount)
    return unsafe withUnsafeBytes { left in
      unsafe other.withUnsafeBytes { right in
        guard count > 0, let first = left.baseAddress, let second = right.baseAddress else {
          return true
        }
        return unsafe memcmp(first, second, count) == 0
      }
    }
  }
}
