import LFCore
import LFFamilies

/// The special tokens of a tokenizer, looked up in whichever of its files is
/// there.
struct Vocabulary {
  let files: [CarriedFile]
  /// Rows of the word embeddings; with it a fairseq dictionary is looked into
  /// where there is no tokenizer.
  var rows: Int?

  /// The ids of the separator and of the padding token.
  ///
  /// - Throws: `json.*` and `tokenizer.*` for files that are malformed.
  func specialTokens() throws(LFError) -> SpecialTokenIDs {
    SpecialTokenIDs(
      separator: try id(role: "sep_token", usual: ["[SEP]", "</s>"]),
      padding: try id(role: "pad_token", usual: ["[PAD]", "<pad>"]))
  }

  /// The id of the token that the tokenizer's settings name for a role, or of
  /// the usual one.
  func id(role: String, usual: [String]) throws(LFError) -> Int? {
    var texts = usual
    for name in ["special_tokens_map.json", "tokenizer_config.json"] {
      guard let value = try object(name)?[role] else { continue }
      // A text, or an object with settings beside it.
      if let text = value.stringValue ?? value.objectValue?["content"]?.stringValue {
        texts = [text]
        break
      }
    }
    for text in texts {
      if let id = try id(of: text) { return id }
    }
    return nil
  }

  private func id(of token: String) throws(LFError) -> Int? {
    if let id = try lineNumber(of: token) { return id }
    for name in ["vocab.json", "added_tokens.json"] {
      if let id = try object(name)?[token]?.intValue { return id }
    }
    if let tokenizer = try object("tokenizer.json") {
      for added in tokenizer["added_tokens"]?.arrayValue ?? [] {
        guard added.objectValue?["content"]?.stringValue == token else { continue }
        if let id = added.objectValue?["id"]?.intValue { return id }
      }
      let vocabulary = tokenizer["model"]?.objectValue?["vocab"]
      if let id = vocabulary?.objectValue?[token]?.intValue { return id }
      // Pieces with their scores, in order.
      if let pieces = vocabulary?.arrayValue {
        return pieces.firstIndex { $0.arrayValue?.first?.stringValue == token }
      }
    }
    return try dictionaryRow(of: token)
  }

  /// The line of `vocab.txt` that is the token; of several the last, as in
  /// BERT's own tokenizer.
  private func lineNumber(of token: String) throws(LFError) -> Int? {
    guard let file = files.first(where: { $0.name == "vocab.txt" }) else { return nil }
    var rest = try contents(file)[...]
    var number = 0
    var found: Int?
    while !rest.isEmpty {
      let end = rest.firstIndex(of: UInt8(ascii: "\n")) ?? rest.endIndex
      let line = rest[..<end]
      let text = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
      if text.elementsEqual(token.utf8) { found = number }
      number += 1
      rest = rest[min(end + 1, rest.endIndex)...]
    }
    return found
  }

  private func dictionaryRow(of token: String) throws(LFError) -> Int? {
    guard let rows, TokenizerParts.names(in: files).isEmpty,
      let file = files.first(where: { $0.name == "dict.txt" })
    else { return nil }
    let vocabulary = FairseqVocabulary(try FairseqDictionary(file), rows: rows)
    return vocabulary.tokens.last { $0.text == token }?.row
  }

  private func object(_ name: String) throws(LFError) -> JSONObject? {
    guard let file = files.first(where: { $0.name == name }) else { return nil }
    let value = try JSONParser.parse(try contents(file), at: .init(file: name))
    guard let object = value.objectValue else {
      throw .refused(
        "tokenizer.config", at: .init(file: name), expected: "an object", found: value.kindName)
    }
    return object
  }

  private func contents(_ file: CarriedFile) throws(LFError) -> [UInt8] {
    let limit = Limits.standard.jsonBytes
    guard file.byteCount <= limit else {
      throw .refused(
        "tokenizer.size", at: .init(file: file.name), expected: "at most \(limit) bytes",
        found: "\(file.byteCount)")
    }
    return try file.contents()
  }
}
