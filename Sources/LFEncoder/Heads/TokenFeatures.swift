package import LFCore
import LFFamilies

/// What a masked-LM head makes of some tokens, before the decoder.
///
/// The decoder runs on them piece by piece: logits of every token of a long
/// input would take gigabytes, and few tokens are scored.
package struct TokenFeatures: Sendable {
  let matrix: Matrix  // [tokens, H]

  /// How many tokens there are.
  package var count: Int { matrix.rows }
}

extension EncoderModel {
  /// Whether the model has a masked-LM head.
  package var hasMaskedLanguageModel: Bool { configuration.head == .maskedLanguageModel }

  /// Logits of some tokens over the vocabulary, [tokens, V], the same bits as
  /// those of a whole forward pass.
  package func logits(
    of features: TokenFeatures, tokens: Range<Int>
  ) throws(LFError) -> OutputTensor {
    guard case .maskedLanguageModel(_, _, _, let decoder, let bias) = head.kind else {
      throw Self.noMaskedLanguageModel
    }
    return try HeadRun.logits(
      of: features.matrix.rows(tokens), model: self, decoder: decoder, bias: bias,
      shape: [tokens.count])
  }

  package static var noMaskedLanguageModel: LFError {
    LFError.unsupported(
      "head.masked-lm", "this needs a masked-LM head, which the model does not have")
  }
}
