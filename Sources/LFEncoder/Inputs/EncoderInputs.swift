/// What goes into the encoder: token ids and, optionally, everything else.
///
/// All arrays are row-major: [B, S], or [B, C, S] for multiple choice. They are
/// checked against a model when a forward pass begins, before any work.
public struct EncoderInputs: Sendable, Equatable {
  /// B: independent inputs.
  public var batch: Int
  /// C: alternatives of each input; nil where inputs are [B, S].
  public var choices: Int?
  /// S: tokens of each sequence, padding included.
  public var length: Int
  /// Rows of the word embeddings.
  public var inputIDs: [Int]
  /// 1 for a token, 0 for padding; nil means no padding.
  public var attentionMask: [Int]?
  /// 1 for a token with global attention; nil leaves the choice to the head.
  /// Global attention on a padded token is ignored.
  public var globalAttentionMask: [Int]?
  /// Rows of the token type embeddings; nil means zeros.
  public var tokenTypeIDs: [Int]?
  /// Rows of the position embeddings. When nil, tokens that are not the padding
  /// token count from the row after the padding row on, as in Hugging Face's
  /// `create_position_ids_from_input_ids`; in BERT all tokens count from 0.
  public var positionIDs: [Int]?

  /// Inputs of the shape [batch, length] or [batch, choices, length].
  public init(
    batch: Int, choices: Int? = nil, length: Int, inputIDs: [Int], attentionMask: [Int]? = nil,
    globalAttentionMask: [Int]? = nil, tokenTypeIDs: [Int]? = nil, positionIDs: [Int]? = nil
  ) {
    self.batch = batch
    self.choices = choices
    self.length = length
    self.inputIDs = inputIDs
    self.attentionMask = attentionMask
    self.globalAttentionMask = globalAttentionMask
    self.tokenTypeIDs = tokenTypeIDs
    self.positionIDs = positionIDs
  }
}
