import LFCore

/// Reads a `tokenizer.json`.
enum TokenizerJSON {
  /// - Throws: `json.*`, `tokenizer.json`, and `tokenizer.unknown-part` with the
  ///   path to a part that is not known.
  static func read(_ bytes: [UInt8], limits: Limits = .standard) throws(LFError) -> Pipeline {
    var scanner = try JSONScanner(bytes, limits: limits)
    var values: [TensorName: JSONValue] = [:]
    var model: TokenModel?
    try scanner.object { (key, scanner) throws(LFError) in
      guard values[TensorName(key)] == nil, key != "model" || model == nil else {
        throw scanner.fail("json.duplicate-key", "keys that are unique", "\"\(key)\" twice")
      }
      switch key {
      case "model": model = try ModelReading.read(&scanner)
      case "version", "truncation", "padding", "added_tokens", "normalizer", "pre_tokenizer",
        "post_processor", "decoder":
        values[TensorName(key)] = try scanner.value()
      default:
        throw ComponentReader.unknown(printable(key, limit: 80), "this member is not known")
      }
    }
    try scanner.end()
    func value(_ key: String) -> JSONValue { values[TensorName(key)] ?? .null }
    guard value("version") == "1.0" || value("version") == .null else {
      throw ComponentReader.unknown("version", "version \(value("version").kindName)")
    }
    guard let model else { throw ComponentReader.malformed("model", "a model", "nothing") }
    try checkDecoder(value("decoder"))
    var notes: [String] = []
    let normalizer = try Normalizer.read(value("normalizer"), path: "normalizer")
    let added = try AddedTokens(
      try addedTokens(value("added_tokens"), model, &notes), normalizer: normalizer)
    var pipeline = Pipeline(
      normalizer: normalizer,
      preTokenizer: try PreTokenizer.read(value("pre_tokenizer"), path: "pre_tokenizer"),
      model: model, added: added,
      postProcessor: try PostProcessor.read(value("post_processor"), path: "post_processor"))
    pipeline.fileTruncation = try truncation(value("truncation"))
    pipeline.padding = try padding(value("padding"))
    pipeline.notes = notes
    pipeline.readBytesWherePossible()
    return pipeline
  }

  /// Ids to text is not done here, but an unknown decoder is a sign of a file
  /// of another kind.
  private static func checkDecoder(_ value: JSONValue) throws(LFError) {
    if value == .null { return }
    let known = [
      "ByteLevel", "WordPiece", "Metaspace", "BPEDecoder", "CTC", "Sequence", "Replace", "Fuse",
      "Strip", "ByteFallback",
    ]
    let type = try ComponentReader(value, path: "decoder").type()
    guard known.contains(type) else {
      throw ComponentReader.unknown(
        "decoder.type", "the decoder \"\(printable(type, limit: 60))\" is not known")
    }
  }

  /// Reads the added tokens. As in Hugging Face's library, a token that the
  /// model has keeps the model's id, and others are numbered on.
  private static func addedTokens(
    _ value: JSONValue, _ model: TokenModel, _ notes: inout [String]
  ) throws(LFError) -> [AddedToken] {
    if value == .null { return [] }
    guard let items = value.arrayValue else {
      throw ComponentReader.malformed("added_tokens", "an array", value.kindName)
    }
    let vocabulary = model.vocabulary
    var result: [AddedToken] = []
    var places: [TensorName: Int] = [:]
    var next = UInt32(model.tokenCount)
    for (index, item) in items.enumerated() {
      var reader = try ComponentReader(item, path: "added_tokens[\(index)]")
      let stated = try reader.count("id")
      let text = try reader.string("content")
      var token = AddedToken(content: Array(text.utf8), id: 0)
      token.isSingleWord = try reader.bool("single_word")
      token.stripsLeft = try reader.bool("lstrip")
      token.stripsRight = try reader.bool("rstrip")
      token.isNormalized = try reader.bool("normalized")
      token.isSpecial = try reader.bool("special")
      try reader.finish()
      guard !token.content.isEmpty else { continue }
      let name = TensorName(text)
      if let place = places[name] {
        token.id = result[place].id
        result[place] = token
        continue
      }
      if let id = vocabulary.id(of: token.content) {
        token.id = id
      } else {
        token.id = next
        next += 1
      }
      if Int(token.id) != stated {
        notes.append(
          "the added token \"\(printable(text, limit: 60))\" has id \(token.id) and not \(stated), "
            + "as in Hugging Face's tokenizers")
      }
      places[name] = result.count
      result.append(token)
    }
    return result
  }

  private static func truncation(
    _ value: JSONValue
  ) throws(LFError) -> Pipeline.Truncation? {
    if value == .null { return nil }
    var reader = try ComponentReader(value, path: "truncation")
    var result = Pipeline.Truncation(limit: try reader.count("max_length"))
    result.strategy = try reader.choice("strategy")
    result.cutsLeft = try reader.choice("direction", default: Direction.right) == .left
    // What is cut off is not given, so that parts that overlap make no difference.
    _ = try reader.count("stride")
    try reader.finish()
    return result
  }

  private enum Direction: String, CaseIterable {
    case left = "Left"
    case right = "Right"
  }

  private static func padding(_ value: JSONValue) throws(LFError) -> Pipeline.Padding? {
    if value == .null { return nil }
    var reader = try ComponentReader(value, path: "padding")
    var result = Pipeline.Padding()
    let strategy = try reader.value("strategy")
    if let fixed = strategy.objectValue?["Fixed"]?.intValue, fixed >= 0, fixed <= 1 << 24 {
      result.length = fixed
    } else if strategy != "BatchLongest" {
      throw ComponentReader.unknown("padding.strategy", "the strategy is not known")
    }
    result.isLeft = try reader.choice("direction") == Direction.left
    if reader.optional("pad_to_multiple_of") != nil {
      result.multiple = min(try reader.count("pad_to_multiple_of"), 1 << 24)
    }
    result.id = try reader.count("pad_id")
    result.typeID = try reader.count("pad_type_id")
    result.token = try reader.string("pad_token")
    try reader.finish()
    return result
  }
}

extension Pipeline {
  /// Lets a byte-level model read bytes, where that is the same.
  mutating func readBytesWherePossible() {
    guard case .bpe(var model) = model, preTokenizer?.endsWithByteLevel == true else { return }
    model.readBytes()
    self.model = .bpe(model)
  }
}
