import LFCore
import LFFamilies
import LFModels

/// The files that travel with a model, with their length fields brought up to
/// date: the tokenizer must not cut at 512 what the model reads to 4096.
enum TokenizerFiles {
  /// Where a file states the longest input, as paths of keys.
  private static let lengthFields: [String: [[String]]] = [
    "tokenizer_config.json": [["model_max_length"], ["max_len"]],
    "tokenizer.json": [["truncation", "max_length"]],
    "sentence_bert_config.json": [["max_seq_length"]],
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
    if !names.contains("tokenizer_config.json"), !TokenizerParts.names(in: files).isEmpty {
      let text = JSONValue.object(
        JSONObject([("model_max_length", JSONValue(maxPositions))])
      ).pretty
      result.append(CarriedFile(name: "tokenizer_config.json", bytes: Array(text.utf8)))
    }
    return result
  }

  /// The files with a tokenizer, made of fairseq's own where there is none, and
  /// what the user has to know of it.
  ///
  /// - Throws: errors of reading. Files that do not fit together are no error: the
  ///   weights are converted all the same.
  static func completed(
    _ files: [CarriedFile], for model: ModelConfiguration
  ) throws(LFError) -> (files: [CarriedFile], note: String?) {
    do throws(LFError) {
      if let made = try FairseqTokenizer(
        from: files, rows: model.vocabularySize, maxPositions: model.longestInput)
      {
        let names = Set(made.files.map(\.name))
        return (files.filter { !names.contains($0.name) } + made.files, made.note)
      }
    } catch {
      guard error.kind == .refused else { throw error }
      return (files, "no tokenizer is written: \(error). \(FairseqTokenizer.warning)")
    }
    guard TokenizerParts.names(in: files).isEmpty else { return (files, nil) }
    return (
      files, "no tokenizer is written: none came with the weights. \(FairseqTokenizer.warning)"
    )
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
