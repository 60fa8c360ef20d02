import LFCore

extension ModelConfiguration {
  /// A remark where a BERT's configuration names another end of text than the
  /// separator that its vocabulary has, and is not followed.
  func separatorNote(vocabulary: SpecialTokenIDs) -> String? {
    guard positions == .fromZero, (json["sep_token_id"] ?? .null) == .null,
      let end = json["eos_token_id"]?.intValue, let separator = vocabulary.separator,
      end != separator
    else { return nil }
    return "the separator is token \(separator) of the vocabulary; eos_token_id \(end) of the "
      + "configuration is another token"
  }
}
