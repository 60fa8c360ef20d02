#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

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
