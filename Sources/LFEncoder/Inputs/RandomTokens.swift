package import LFFamilies

/// Token ids of a model at random, never the padding token, the same at every
/// run.
package struct RandomTokens {
  private var state: UInt64 = 0x9E37_79B9_7F4A_7C15
  private let vocabularySize: Int
  private let paddingID: Int

  package init(_ configuration: ModelConfiguration) {
    vocabularySize = configuration.vocabularySize
    paddingID = configuration.paddingID
  }

  /// The next id.
  package mutating func next() -> Int {
    // xorshift64*: any fixed sequence does.
    state ^= state >> 12
    state ^= state << 25
    state ^= state >> 27
    let id = Int((state &* 0x2545_F491_4F6C_DD1D) >> 33) % vocabularySize
    guard id == paddingID else { return id }
    return id > 0 ? id - 1 : min(1, vocabularySize - 1)
  }
}
