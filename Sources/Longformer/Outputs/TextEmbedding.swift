/// What a text became.
public struct TextEmbedding: Sendable, Equatable {
  /// The vector [H], or with `Pooling.none` the states of all tokens [S, H], row
  /// by row.
  public let values: [Float]
  /// [H], or [S, H].
  public let shape: [Int]
  /// Tokens that were read, special ones among them.
  public let tokenCount: Int
  /// Tokens at the text's end that were left out because it was too long.
  public let cutCount: Int
}

/// How far a call is.
public struct EncodingProgress: Sendable, Equatable {
  /// Texts that are done.
  public let texts: Int
  /// All texts of the call.
  public let textCount: Int
  /// Tokens that have gone through the model.
  public let tokens: Int
}
