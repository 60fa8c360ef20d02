import LFCore

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

  private var draws: SplitMix64

  init(seed: UInt64) { draws = SplitMix64(seed: seed) }

  /// Whether the next token is chosen, if it is an ordinary one.
  mutating func next() -> Bool { Double(draws.next() >> 11) * 0x1p-53 < Self.share }
}
