import LFCore

/// `vocab.json` and `merges.txt` of a byte-level BPE whose ids fairseq numbered
/// again.
///
/// fairseq encodes text with GPT-2's `encoder.json` and `vocab.bpe`, and looks up
/// each id, written as a number, in `dict.txt`. Hugging Face's classes do this in
/// one step, for which the vocabulary has to name the dictionary's rows.
struct ByteLevelTokenizer {
  /// The files, when all is well.
  let files: [CarriedFile]
  /// Why one step cannot give fairseq's ids; nil when it does.
  let obstacle: String?

  /// Reads and joins the three files.
  ///
  /// - Throws: `json.*` and `fairseq.bpe` for malformed ones.
  init(
    _ vocabulary: FairseqVocabulary, encoder: CarriedFile, merges: CarriedFile
  ) throws(LFError) {
    let pieces = try Self.pieces(encoder)
    let products = try Self.products(merges)
    var members: [(String, JSONValue)] = []
    var known: Set<TensorName> = []
    var strangers = 0
    let special = Set(FairseqDictionary.specialTokens + [FairseqVocabulary.mask])
    for token in vocabulary.tokens {
      if special.contains(token.text) || FairseqVocabulary.isFiller(token.text) {
        members.append((token.text, JSONValue(token.row)))
      } else if let piece = Int(token.text).flatMap({ pieces[$0] }),
        known.insert(TensorName(piece)).inserted, String(Int(token.text) ?? -1) == token.text
      {
        members.append((piece, JSONValue(token.row)))
      } else {
        strangers += 1
      }
    }
    guard strangers == 0 else {
      files = []
      obstacle =
        "\(strangers) \(strangers == 1 ? "entry" : "entries") of dict.txt "
        + "\(strangers == 1 ? "is" : "are") no id of encoder.json, or one of several for it"
      return
    }
    // What no text becomes need not be there: GPT-2's mark between documents.
    let missing = products.count { !known.contains($0) }
    let bytes = pieces.values.count {
      $0.unicodeScalars.count == 1 && !known.contains(TensorName($0))
    }
    guard missing + bytes == 0 else {
      files = []
      obstacle =
        "\(missing + bytes) of the tokens that text becomes by vocab.bpe have no line in dict.txt; "
        + "fairseq makes <unk> of them after merging, which vocab.json cannot say"
      return
    }
    obstacle = nil
    let text = JSONValue.object(JSONObject(members)).compact
    files = [
      CarriedFile(name: "vocab.json", bytes: Array(text.utf8)),
      CarriedFile(name: "merges.txt", bytes: try merges.contents()),
    ]
  }

  /// The tokens of `encoder.json` by their ids.
  private static func pieces(_ file: CarriedFile) throws(LFError) -> [Int: String] {
    let place = LFError.Location(file: file.name)
    try check(file)
    guard let object = try JSONParser.parse(try file.contents(), at: place).objectValue else {
      throw .refused(
        "fairseq.bpe", at: place, expected: "an object of tokens and their ids",
        found: "another value")
    }
    var result: [Int: String] = [:]
    for (token, value) in object.members {
      guard let id = value.intValue, id >= 0, result.updateValue(token, forKey: id) == nil else {
        throw .refused(
          "fairseq.bpe", at: .init(file: file.name, entry: printable(token, limit: 60)),
          expected: "an id of its own", found: value.kindName)
      }
    }
    return result
  }

  /// What the merges of `vocab.bpe` lead to, in their order.
  private static func products(_ file: CarriedFile) throws(LFError) -> [TensorName] {
    try check(file)
    let bytes = try file.contents()
    let feed = UInt8(ascii: "\n")
    // Both libraries leave out the first line, one by its place and one by its
    // beginning, and what stands after the last line feed.
    guard bytes.starts(with: "#version".utf8), bytes.last == feed else {
      throw .refused(
        "fairseq.bpe", at: .init(file: file.name),
        expected: "a first line \"#version: …\", and a line feed at the end", found: "others")
    }
    var result: [TensorName] = []
    var number = 1
    for line in bytes.dropLast().split(separator: feed, omittingEmptySubsequences: false)
      .dropFirst()
    {
      number += 1
      let parts = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
      guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty,
        String(validating: line, as: UTF8.self) != nil
      else {
        throw .refused(
          "fairseq.bpe", at: .init(file: file.name, entry: "line \(number)"),
          expected: "two tokens with a space between",
          found: "a line of \(line.count.counted("byte")) with others")
      }
      result.append(TensorName(bytes: Array(parts[0] + parts[1])))
    }
    return result
  }

  private static func check(_ file: CarriedFile) throws(LFError) {
    let limit = Limits.standard.jsonBytes
    guard file.byteCount <= limit else {
      throw .refused(
        "tokenizer.size", at: .init(file: file.name), expected: "at most \(limit) bytes",
        found: "\(file.byteCount)")
    }
  }
}
