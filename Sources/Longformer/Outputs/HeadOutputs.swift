public import LFTokenizers

/// One of a classifier's labels, and how probable it is.
public struct LabelScore: Sendable, Equatable {
  /// Number of the classifier's output.
  public let index: Int
  /// Its name (`id2label`), or `LABEL_n` where the model gives none.
  public let name: String
  /// The output itself.
  public let logit: Float
  /// The share of all labels (softmax), or its own probability (sigmoid) where
  /// several labels can hold; nil for a regression, whose result is the logit.
  public let probability: Double?
}

/// The labels of one token.
public struct TokenLabels: Sendable, Equatable {
  /// The token, and where in the text it is.
  public let token: TokenEncoding.Token
  /// Its text in the vocabulary.
  public let text: String
  /// The labels, the most probable first.
  public let labels: [LabelScore]
}

/// A token that may stand where the mask token is.
public struct TokenCandidate: Sendable, Equatable {
  /// Its row of the word embeddings.
  public let id: Int
  /// Its text in the vocabulary; nil for a row without a token.
  public let text: String?
  /// The output itself.
  public let logit: Float
  /// Its share of the whole vocabulary (softmax).
  public let probability: Double
}

/// What the layers make of a text.
public struct TextStates: Sendable, Equatable {
  /// The tokens, and where in the text each is.
  public let tokens: [TokenEncoding.Token]
  /// The tokens' texts in the vocabulary.
  public let texts: [String]
  /// The states after each layer, [S, H] row by row; layer 0 is the embeddings.
  public let layers: [[Float]]
  /// [S, H].
  public let shape: [Int]
}
