/// Random numbers that are the same in every run (SplitMix64).
public struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  public init(_ seed: UInt64) { state = seed }

  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }

  /// Bytes without any structure.
  public mutating func bytes(_ count: Int) -> [UInt8] {
    var words = [UInt64](repeating: 0, count: count / 8 + 1)
    for index in words.indices { words[index] = next() }
    return Array(words.memory.prefix(count))
  }

  /// float32 values as a model has them: the sum of four uniform numbers is
  /// close to a normal distribution.
  public mutating func weights(_ count: Int) -> [Float] {
    var values = [Float](repeating: 0, count: count)
    for index in values.indices {
      let word = next()
      let sum = (word & 0xffff) + (word >> 16 & 0xffff) + (word >> 32 & 0xffff) + word >> 48
      values[index] = (Float(sum) - 131_070) * 5.3e-7
    }
    return values
  }
}

extension Array where Element: BitwiseCopyable {
  /// The elements' bytes.
  package var memory: [UInt8] { unsafe withUnsafeBytes { unsafe [UInt8]($0) } }
}

extension Array where Element == Float {
  /// The values' bytes.
  package var float32Bytes: [UInt8] { memory }

  /// The values as bfloat16, cut.
  package var bfloat16Bytes: [UInt8] {
    var halves = [UInt16](repeating: 0, count: count)
    for index in indices { halves[index] = UInt16(self[index].bitPattern >> 16) }
    return halves.memory
  }
}
