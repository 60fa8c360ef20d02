import LFCore

/// The files that travel with a model, with their length fields brought up to
/// date: the tokenizer must not cut at 512 what the model reads to 4096.
enum TokenizerFiles {
  /// Where a file states the longest input, as paths of keys.
  private static let lengthFields: [String: [[String]]] = [
    "tokenizer_config.json": [["model_max_length"], ["max_len"]],
    "tokenizer.json": [["truncation", "max_length"]],
    "sentence_bert_config.json": [["max_seq_length"]],
  ]

  /// Names whose presence shows that there is a tokenizer.
  private static let vocabularies: Set<String> = [
    "tokenizer.json", "vocab.json", "vocab.txt", "sentencepiece.bpe.model", "bpe.codes",
  ]

  /// The files for a model that reads `maxPositions` tokens.
  ///
  /// Only the numbers change: every other byte stays. A tokenizer without
  /// `tokenizer_config.json` gets one, for its default is no limit at all.
  static func edited(
    _ files: [CarriedFile], maxPositions: Int
  ) throws(LFError) -> [CarriedFile] {
    var result: [CarriedFile] = []
    for file in files {
      guard let paths = lengthFields[file.name] else {
        result.append(file)
        continue
      }
      var bytes = try file.contents()
      var found = false
      for path in paths {
        let location = LFError.Location(file: file.name)
        guard let range = try JSONParser.range(of: path, in: bytes, at: location) else { continue }
        bytes.replaceSubrange(range, with: String(maxPositions).utf8)
        found = true
      }
      if !found, file.name == "tokenizer_config.json" {
        bytes = try inserting("model_max_length", maxPositions, into: bytes, name: file.name)
      }
      result.append(CarriedFile(name: file.name, bytes: bytes))
    }
    let names = Set(files.map(\.name))
    if !names.contains("tokenizer_config.json"), !names.isDisjoint(with: vocabularies) {
      let text = JSONValue.object(
        JSONObject([("model_max_length", JSONValue(maxPositions))])
      ).pretty
      result.append(CarriedFile(name: "tokenizer_config.json", bytes: Array(text.utf8)))
    }
    return result
  }

  private static func inserting(
    _ key: String, _ value: Int, into bytes: [UInt8], name: String
  ) throws(LFError) -> [UInt8] {
    let json = try JSONParser.parse(bytes, at: .init(file: name))
    guard var object = json.objectValue else {
      throw .refused(
        "tokenizer.config", at: .init(file: name), expected: "an object", found: json.kindName)
    }
    object[key] = JSONValue(value)
    return Array(JSONValue.object(object).pretty.utf8)
  }
}
