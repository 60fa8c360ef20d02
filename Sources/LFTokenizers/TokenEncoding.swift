/// A text as a model reads it: ids, and where in the text each comes from.
public struct TokenEncoding: Sendable {
  /// A token.
  public struct Token: Sendable, Equatable {
    /// Its row of the word embeddings.
    public var id: Int
    /// Where in the text it begins, in Unicode scalars, as in Hugging Face's tokenizers.
    public var start: Int
    /// Where it ends.
    public var end: Int
    /// 1 for the second text of a pair, where the tokenizer tells them apart.
    public var typeID: Int
    /// Whether it was put in, and is not in the text.
    public var isSpecial: Bool
    /// Whether it only fills the row up.
    public var isPadding = false
    /// Its text where that is not the vocabulary's, as an index.
    var surface: Int32 = -1
  }

  /// All tokens, in order.
  public internal(set) var list: [Token] = []
  /// How many tokens of the text were cut off.
  public internal(set) var cutCount = 0
  var surfaces: [String] = []

  /// The ids: one a token.
  public var ids: [Int] { list.map(\.id) }
  /// Number of tokens.
  public var count: Int { list.count }

  mutating func append(_ other: TokenEncoding) {
    let first = Int32(truncatingIfNeeded: surfaces.count)
    surfaces += other.surfaces
    cutCount += other.cutCount
    for token in other.list {
      var token = token
      if token.surface >= 0 { token.surface += first }
      list.append(token)
    }
  }
}

/// How a text is made into tokens.
public struct EncodingOptions: Sendable {
  /// What is done with more tokens than a model reads.
  public enum Truncation: Sendable, Equatable {
    /// Nothing is cut.
    case none
    /// As the tokenizer's own file says, if it does.
    case asInFile
    /// At most so many tokens, special ones included.
    case limit(Int)
  }

  /// Whether the tokens that a model expects around a text are put there.
  public var addsSpecialTokens = true
  /// Where the tokens are cut.
  public var truncation = Truncation.none
  /// Whether rows are filled up as the tokenizer's file says.
  public var pads = false

  /// The options that a model is run with: special tokens, nothing cut.
  public init() {}

  /// These options.
  public init(addsSpecialTokens: Bool = true, truncation: Truncation, pads: Bool = false) {
    self.addsSpecialTokens = addsSpecialTokens
    self.truncation = truncation
    self.pads = pads
  }
}
