#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

extension UnsafeRawBufferPointer {
  /// Whether all bytes are the same; true for no bytes.
  var isConstant: Bool {
    guard count > 1, let start = baseAddress else { return true }
    // Every byte equals its neighbour; memcmp stops at the first that does not.
    return unsafe memcmp(start, start + 1, count - 1) == 0
  }

  /// Entropy of single bytes in bits, estimated from eight places.
  ///
  /// 8192 bytes of noise give 7.98; fewer would come close to the limit below
  /// which coding is tried.
  var sampledEntropy: Double {
    let runs = 8
    let length = 1024
    var histogram = [UInt32](repeating: 0, count: 256)
    var total = 0
    if count <= runs * length {
      for index in indices { unsafe histogram[Int(self[index])] += 1 }
      total = count
    } else {
      let step = (count - length) / (runs - 1)
      for run in 0..<runs {
        for index in run * step..<run * step + length {
          unsafe histogram[Int(self[index])] += 1
        }
      }
      total = runs * length
    }
    var sum = 0.0
    for count in histogram where count > 0 { sum += Double(count) * log2(Double(count)) }
    return total == 0 ? 0 : log2(Double(total)) - sum / Double(total)
  }
}

extension UnsafeRawBufferPointer {
  /// Whether another buffer has the same bytes.
  func hasSameBytes(as other: UnsafeRawBufferPointer) -> Bool {
    guard count == other.count else { return false }
    guard let left = baseAddress, let right = other.baseAddress else { return true }
    return unsafe memcmp(left, right, count) == 0
  }
}
