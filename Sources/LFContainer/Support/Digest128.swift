import CContainer

/// A 128-bit digest (XXH3-128), as two halves.
struct Digest128: Hashable, Sendable {
  var high: UInt64
  var low: UInt64

  init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  init(_ hash: LFZHash128) { self.init(high: hash.high, low: hash.low) }
}

extension Digest128: CustomStringConvertible {
  /// 32 hexadecimal digits.
  var description: String { hex(high) + hex(low).dropFirst(2) }
}
