/// How texts become vectors; all may be left out.
public struct TextEncoderOptions: Sendable, Equatable {
  /// What is done with a text of more tokens than are read.
  public enum Overlong: Sendable, Equatable {
    /// What is too much at its end is left out; results say how many tokens.
    case cut
    /// An error, `text.length`, before any text is run.
    case refuse
  }

  /// How token states become a vector.
  public var pooling: Pooling
  /// Whether vectors are made as long as 1; nil leaves it to the model's files:
  /// sentence-transformers' `Normalize` module.
  public var normalizes: Bool?
  /// Which tokens are global.
  public var globalTokens: GlobalTokens
  /// Most tokens of a text, special ones among them; nil stands for the longest
  /// input, or fewer where sentence-transformers' `max_seq_length` says so.
  public var maximumLength: Int?
  /// What is done with longer texts.
  public var overlong: Overlong

  /// Options, each as the model's own files say unless told otherwise.
  public init(
    pooling: Pooling = .auto, normalizes: Bool? = nil, globalTokens: GlobalTokens = .auto,
    maximumLength: Int? = nil, overlong: Overlong = .cut
  ) {
    self.pooling = pooling
    self.normalizes = normalizes
    self.globalTokens = globalTokens
    self.maximumLength = maximumLength
    self.overlong = overlong
  }
}
