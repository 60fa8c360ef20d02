/// Which tokens are replaced by the mask token and scored, where nobody gives
/// labels.
///
/// Every token of every row, special ones and padding included, takes the next
/// number of a generator, so that the choice at one place does not depend on what
/// stands at another. An ordinary token is chosen when its number is below 15 %.
/// `Specs/evaluation.md` has the rule in full.
struct TokenChoice {
  /// The part of the ordinary tokens that is scored (arXiv 1810.04805, section 3.1).
  static let share = 0.15

  private var state: UInt64

  init(seed: UInt64) { state = seed }

  /// Whether the next token is chosen, if it is an ordinary one.
  mutating func next() -> Bool {
    // SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    z ^= z >> 31
    return Double(z >> 11) * 0x1p-53 < Self.share
  }
}
