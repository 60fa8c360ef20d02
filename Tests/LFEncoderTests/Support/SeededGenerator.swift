import TestSupport

extension SeededGenerator {
  /// Numbers of a test case; neighbouring seeds give unrelated ones.
  init(seed: Int) { self.init(UInt64(bitPattern: Int64(seed)) &* 0x9E37_79B9_7F4A_7C15) }

  /// A number in −1..<1, the same on every machine.
  mutating func uniform() -> Float { Float(next() >> 40) * 0x1p-23 - 1 }

  /// A whole number in a range.
  mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }
}
