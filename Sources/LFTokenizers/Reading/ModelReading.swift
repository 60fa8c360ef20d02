import LFCore

/// Reads the `model` of a `tokenizer.json`: its vocabulary piece by piece, since
/// it may be large, and the rest as values.
struct ModelReading {
  private static let path = "model"
  private var members: [(String, JSONValue)] = []
  private var vocabulary = Vocabulary()
  /// For Unigram: each id's score.
  private var scores: [Double] = []
  private var trie = TokenTrie()
  private var isList = false
  private var hasVocabulary = false
  private var merges: [MergedPair]?
  private var mergeBytes: [UInt8] = []

  /// Where in `mergeBytes` the halves of a pair are.
  private struct MergedPair {
    let left: Range<Int>
    let right: Range<Int>
  }

  static func read(_ scanner: inout JSONScanner) throws(LFError) -> TokenModel {
    var reading = ModelReading()
    var seen: Set<TensorName> = []
    try scanner.object { (key, scanner) throws(LFError) in
      guard seen.insert(TensorName(key)).inserted else {
        throw scanner.fail("json.duplicate-key", "keys that are unique", "\"\(key)\" twice")
      }
      switch key {
      case "vocab": try reading.readVocabulary(&scanner)
      case "merges": try reading.readMerges(&scanner)
      default: reading.members.append((key, try scanner.value()))
      }
    }
    return try reading.model()
  }

  /// Reads a `vocab.json`: `{"token": id, …}`.
  static func vocabulary(_ bytes: [UInt8]) throws(LFError) -> Vocabulary {
    var scanner = try JSONScanner(bytes)
    var reading = ModelReading()
    try reading.readIDs(&scanner)
    try scanner.end()
    reading.vocabulary.finish()
    return reading.vocabulary
  }

  // MARK: The large parts

  private mutating func readVocabulary(_ scanner: inout JSONScanner) throws(LFError) {
    hasVocabulary = true
    if scanner.peek() == UInt8(ascii: "[") {
      isList = true
      try readScores(&scanner)
    } else {
      try readIDs(&scanner)
    }
    vocabulary.finish()
  }

  /// Reads `{"token": id, …}`.
  private mutating func readIDs(_ scanner: inout JSONScanner) throws(LFError) {
    guard try scanner.enter("{", or: "}") else { return }
    repeat {
      let start = try vocabulary.appendBytes { (bytes) throws(LFError) in
        try scanner.key(appendingTo: &bytes)
      }
      let id = try scanner.unsigned()
      guard vocabulary.insertLast(from: start, id: id) else {
        throw scanner.fail("json.duplicate-key", "tokens that are unique", "one twice")
      }
    } while try scanner.next(orEnd: "}")
  }

  /// Reads `[["token", score], …]`.
  private mutating func readScores(_ scanner: inout JSONScanner) throws(LFError) {
    guard try scanner.enter("[", or: "]") else { return }
    var token: [UInt8] = []
    repeat {
      token.removeAll(keepingCapacity: true)
      guard try scanner.enter("[", or: "]") else {
        throw scanner.fail("json.syntax", "a token and its score")
      }
      try scanner.string(appendingTo: &token)
      guard try scanner.next(orEnd: "]") else {
        throw scanner.fail("json.syntax", "a score")
      }
      try add(token, try scanner.serdeDouble())
      guard try !scanner.next(orEnd: "]") else {
        throw scanner.fail("json.syntax", "the end of a token and its score")
      }
    } while try scanner.next(orEnd: "]")
  }

  private mutating func add(_ token: [UInt8], _ score: Double) throws(LFError) {
    let id = UInt32(scores.count)
    scores.append(score)
    // Of equal tokens the last is the one that is found.
    if !vocabulary.insert(token, id: id) { vocabulary.replaceID(of: token, by: id) }
    guard token.isEmpty || trie.insert(token, in: token.indices, id: id) else {
      throw TokenTrie.full
    }
  }

  /// Reads `[["a", "b"], …]` or `["a b", …]`.
  private mutating func readMerges(_ scanner: inout JSONScanner) throws(LFError) {
    var pairs: [MergedPair] = []
    guard try scanner.enter("[", or: "]") else {
      merges = []
      return
    }
    repeat {
      if scanner.peek() == UInt8(ascii: "\"") {
        let start = mergeBytes.count
        try scanner.string(appendingTo: &mergeBytes)
        if mergeBytes[start...].starts(with: "#version".utf8) { continue }
        guard let pair = Self.pair(mergeBytes, start..<mergeBytes.count) else {
          throw scanner.fail("tokenizer.merges", "two tokens with a space between them", "others")
        }
        pairs.append(pair)
      } else {
        let start = mergeBytes.count
        guard try scanner.enter("[", or: "]") else {
          throw scanner.fail("json.syntax", "two tokens")
        }
        try scanner.string(appendingTo: &mergeBytes)
        let middle = mergeBytes.count
        guard try scanner.next(orEnd: "]") else {
          throw scanner.fail("json.syntax", "a second token")
        }
        try scanner.string(appendingTo: &mergeBytes)
        guard try !scanner.next(orEnd: "]") else {
          throw scanner.fail("json.syntax", "the end of two tokens")
        }
        pairs.append(MergedPair(left: start..<middle, right: middle..<mergeBytes.count))
      }
    } while try scanner.next(orEnd: "]")
    merges = pairs
  }

  private static func pair(_ bytes: [UInt8], _ range: Range<Int>) -> MergedPair? {
    guard let space = bytes[range].firstIndex(of: 0x20),
      bytes[(space + 1)..<range.upperBound].firstIndex(of: 0x20) == nil
    else { return nil }
    return MergedPair(left: range.lowerBound..<space, right: space + 1..<range.upperBound)
  }

  // MARK: The model

  private func model() throws(LFError) -> TokenModel {
    let object = JSONObject(members)
    var reader = try ComponentReader(.object(object), path: Self.path)
    guard hasVocabulary else {
      throw ComponentReader.malformed(Self.path + ".vocab", "a vocabulary", "nothing")
    }
    let type = try kind(object)
    let result: TokenModel
    switch type {
    case "BPE": result = .bpe(try bpe(&reader))
    case "WordPiece":
      result = .wordPiece(
        try WordPieceModel(
          vocabulary: vocabulary, unknown: Array(try reader.string("unk_token").utf8),
          prefix: Array(try reader.string("continuing_subword_prefix").utf8),
          longestWord: try reader.count("max_input_chars_per_word")))
    case "WordLevel":
      result = .wordLevel(
        WordLevelModel(
          vocabulary: vocabulary, unknown: Array(try reader.string("unk_token").utf8)))
    case "Unigram": result = .unigram(try unigram(&reader))
    default:
      throw ComponentReader.unknown(
        Self.path + ".type", "the model \"\(printable(type, limit: 60))\" is not known")
    }
    guard (type == "BPE") == (merges != nil) else {
      throw ComponentReader.malformed(
        Self.path + ".merges", type == "BPE" ? "merges" : "no merges for a \(type)",
        merges == nil ? "nothing" : "some")
    }
    guard (type == "Unigram") == isList else {
      throw ComponentReader.malformed(
        Self.path + ".vocab", type == "Unigram" ? "an array" : "an object",
        isList ? "an array" : "an object")
    }
    try reader.finish()
    return result
  }

  /// The model's type; old files do not state it.
  private func kind(_ object: JSONObject) throws(LFError) -> String {
    if let type = object["type"] {
      guard let text = type.stringValue else {
        throw ComponentReader.malformed(Self.path + ".type", "a string", type.kindName)
      }
      return text
    }
    if merges != nil { return "BPE" }
    if isList { return "Unigram" }
    return object["continuing_subword_prefix"] != nil ? "WordPiece" : "WordLevel"
  }

  private func bpe(_ reader: inout ComponentReader) throws(LFError) -> BPEModel {
    if let dropout = reader.optional("dropout"), dropout.doubleValue != 0 {
      throw ComponentReader.unknown(
        Self.path + ".dropout", "a tokenizer with dropout gives other ids every time")
    }
    /// Nil where there is nothing to put to a token.
    func affix(_ key: String) throws(LFError) -> [UInt8]? {
      guard reader.optional(key) != nil else { return nil }
      let text = Array(try reader.string(key).utf8)
      return text.isEmpty ? nil : text
    }
    let prefix = try affix("continuing_subword_prefix")
    var table = MergeTable(expected: merges?.count ?? 0)
    var joined: [UInt8] = []
    for (rank, pair) in (merges ?? []).enumerated() {
      joined.removeAll(keepingCapacity: true)
      joined += mergeBytes[pair.left]
      joined += mergeBytes[pair.right].dropFirst(prefix?.count ?? 0)
      guard let left = vocabulary.id(of: mergeBytes, in: pair.left),
        let right = vocabulary.id(of: mergeBytes, in: pair.right),
        let id = vocabulary.id(of: joined)
      else {
        throw ComponentReader.malformed(
          Self.path + ".merges[\(rank)]", "tokens of the vocabulary", "others")
      }
      table.insert(left, right, rank: UInt32(truncatingIfNeeded: rank), into: id)
    }
    var model = BPEModel(vocabulary: vocabulary, merges: table)
    model.prefix = prefix
    model.suffix = try affix("end_of_word_suffix")
    model.unknown = try affix("unk_token")
    model.fusesUnknown = try reader.bool("fuse_unk", default: false)
    model.fallsBackToBytes = try reader.bool("byte_fallback", default: false)
    model.ignoresMerges = try reader.bool("ignore_merges", default: false)
    return model
  }

  private func unigram(_ reader: inout ComponentReader) throws(LFError) -> UnigramModel {
    var unknown: UInt32?
    if reader.optional("unk_id") != nil {
      let id = try reader.count("unk_id")
      guard id < scores.count else {
        throw ComponentReader.malformed(
          Self.path + ".unk_id", "an id below \(scores.count)", "\(id)")
      }
      unknown = UInt32(id)
    }
    return UnigramModel(
      vocabulary: vocabulary, trie: trie, scores: scores, unknownID: unknown,
      fallsBackToBytes: try reader.bool("byte_fallback", default: false))
  }
}
