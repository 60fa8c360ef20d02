import LFEncoder
package import LFTokenizers

/// A text that is ready to go through the model.
package struct PreparedText: Sendable {
  /// Its tokens.
  package let encoding: TokenEncoding
  let inputs: PreparedInputs

  /// Number of tokens.
  package var tokenCount: Int { encoding.count }
  /// Tokens that were cut off.
  package var cutCount: Int { encoding.cutCount }
}

/// Texts that go through the model together: as many, one behind the other, as
/// make its products efficient, and no more than memory should hold.
package struct TextPack {
  private let mostTexts: Int
  /// The texts.
  package private(set) var texts: [PreparedText] = []
  private var tokenCount = 0

  /// - Parameter canPack: whether the model takes more than one text at a time.
  package init(canPack: Bool) { mostTexts = canPack ? .max : 1 }

  /// Whether another text does not fit any more.
  package func isFull(for text: PreparedText) -> Bool {
    !texts.isEmpty
      && (texts.count >= mostTexts || tokenCount + text.tokenCount > EncoderModel.packTokens)
  }

  /// Adds a text.
  package mutating func append(_ text: PreparedText) {
    texts.append(text)
    tokenCount += text.tokenCount
  }

  /// Takes all texts out.
  package mutating func removeAll() {
    texts.removeAll()
    tokenCount = 0
  }
}
