package import LFCore

extension OpenedModel {
  /// The mask token's id, from the tokenizer's files; nil where these have none.
  ///
  /// - Parameter rows: of the word embeddings, which tell whether fairseq's mask
  ///   stands behind the last line of its dictionary.
  package func maskToken(rows: Int) throws(LFError) -> Int? {
    try Vocabulary(files: files, rows: rows).id(role: "mask_token", usual: ["<mask>", "[MASK]"])
  }

  /// Ids of the tokens that stand for no text: those that the tokenizer's files
  /// and the configuration name for a role.
  package func specialTokens(rows: Int) throws(LFError) -> Set<Int> {
    var ids: Set<Int> = []
    let vocabulary = Vocabulary(files: files, rows: rows)
    for (role, usual) in Self.roles {
      if let id = try vocabulary.id(role: role, usual: usual) { ids.insert(id) }
    }
    for field in ["bos_token_id", "eos_token_id", "pad_token_id", "sep_token_id", "cls_token_id"] {
      if let id = configuration?[field]?.intValue { ids.insert(id) }
    }
    return ids
  }

  private static let roles: [(role: String, usual: [String])] = [
    ("bos_token", ["<s>"]), ("eos_token", ["</s>"]), ("unk_token", ["<unk>", "[UNK]"]),
    ("sep_token", ["</s>", "[SEP]"]), ("pad_token", ["<pad>", "[PAD]"]),
    ("cls_token", ["<s>", "[CLS]"]), ("mask_token", ["<mask>", "[MASK]"]),
  ]
}
