/// The generator SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom
/// number generators, 2014): a few lines in any language, so that others can make
/// the same choices. Inlined, since millions of numbers are drawn in other modules.
package struct SplitMix64: Sendable {
  @usableFromInline package static var step: UInt64 { 0x9E37_79B9_7F4A_7C15 }
  @usableFromInline package var state: UInt64

  /// - Parameters:
  ///   - seed: any number.
  ///   - drawn: how many numbers are passed over.
  @inlinable package init(seed: UInt64, drawn: UInt64 = 0) {
    state = seed &+ drawn &* Self.step
  }

  /// The next number.
  @inlinable package mutating func next() -> UInt64 {
    let word = Self.mixed(state)
    state &+= Self.step
    return word
  }

  /// The first number of a seed, as a hash of it.
  @inlinable package static func mixed(_ seed: UInt64) -> UInt64 {
    var word = seed &+ step
    word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
    return word ^ word >> 31
  }
}
