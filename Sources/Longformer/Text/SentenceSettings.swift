import LFCore
import LFModels

/// What sentence-transformers' files beside a model say about its use.
struct SentenceSettings {
  /// Vectors that are put one behind the other; empty when no file says.
  private(set) var poolings: [PoolingMode] = []
  /// Whether vectors are made as long as 1.
  private(set) var normalizes = false
  /// `max_seq_length`.
  private(set) var maximumLength: Int?
  /// Whether the tokenizer is to make texts lower case first.
  private(set) var lowercases = false
  /// What is put in front of every text.
  private(set) var prompt = ""
  /// The prompt in UTF-8.
  var promptBytes: [UInt8] { Array(prompt.utf8) }
  /// Why these files' own pooling cannot be followed; nil where it can.
  private(set) var refusal: LFError?

  private let files: [CarriedFile]

  /// Settings without files.
  ///
  /// - Throws: `json.*` and `sentence.*` for files that are malformed.
  init(_ model: OpenedModel) throws(LFError) {
    files = model.files
    do throws(LFError) {
      try read()
    } catch {
      throw error.located(file: model.path)
    }
  }

  /// Names in the order in which sentence-transformers looks for them.
  private static let transformerNames = [
    "sentence_bert_config.json", "sentence_roberta_config.json",
    "sentence_distilbert_config.json", "sentence_camembert_config.json",
    "sentence_xlm-roberta_config.json",
  ]

  private mutating func read() throws(LFError) {
    guard let modules = try json("modules.json") else { return }
    guard let items = modules.arrayValue else {
      throw .refused(
        "sentence.modules", at: .init(entry: "modules.json"), expected: "a list of modules",
        found: modules.kindName)
    }
    try readTransformer()
    try readPrompt()
    for item in items {
      let type = item.objectValue?["type"]?.stringValue ?? ""
      let path = item.objectValue?["path"]?.stringValue ?? ""
      switch type.split(separator: ".").last {
      case "Transformer": break
      case "Pooling": try readPooling(path)
      case "Normalize": normalizes = true
      default:
        refusal =
          refusal
          ?? .unsupported(
            "sentence.module", at: .init(entry: "modules.json"),
            "the module \"\(printable(path, limit: 80))\" (\(printable(type, limit: 80))) is not "
              + "computed here",
            hint: Self.poolingHint)
      }
    }
  }

  private mutating func readTransformer() throws(LFError) {
    for name in Self.transformerNames {
      guard let object = try object(name) else { continue }
      maximumLength = try length(object, "max_seq_length", in: name)
      lowercases = object["do_lower_case"]?.boolValue ?? false
      break
    }
    // Newer releases keep it with the tokenizer alone.
    let name = "tokenizer_config.json"
    if maximumLength == nil, let object = try object(name) {
      maximumLength = try length(object, "model_max_length", in: name)
    }
  }

  /// A number of tokens; nil for none, and for the huge number that Hugging Face
  /// writes where there is no limit.
  private func length(
    _ object: JSONObject, _ field: String, in name: String
  ) throws(LFError) -> Int? {
    guard let value = object[field], value != .null else { return nil }
    if let number = value.doubleValue, number >= 1e9 { return nil }
    guard let length = value.intValue, length >= 1 else {
      throw .refused(
        "sentence.length", at: .init(entry: name), expected: "a \(field) of 1 or more",
        found: value.compact)
    }
    return length
  }

  private mutating func readPrompt() throws(LFError) {
    guard let object = try object("config_sentence_transformers.json"),
      let name = object["default_prompt_name"]?.stringValue
    else { return }
    guard let text = object["prompts"]?.objectValue?[name]?.stringValue else {
      throw .refused(
        "sentence.prompt", at: .init(entry: "config_sentence_transformers.json"),
        expected: "a text under prompts for the default_prompt_name",
        found: "none for \"\(printable(name, limit: 80))\"")
    }
    prompt = text
  }

  private mutating func readPooling(_ path: String) throws(LFError) {
    let name = path + "/config.json"
    guard let object = try object(name) else {
      throw .refused(
        "sentence.pooling", at: .init(entry: name), expected: "the pooling's settings",
        found: "no such file")
    }
    if let value = object["pooling_mode"] {
      let names = value.arrayValue ?? [value]
      poolings = names.compactMap { $0.stringValue.flatMap(PoolingMode.init(rawValue:)) }
      if names.isEmpty || poolings.count < names.count {
        refusal = unknown(name, "pooling_mode \(printable(value.compact, limit: 80))")
      }
    } else {
      poolings = PoolingMode.allCases.filter { object[$0.flag]?.boolValue == true }
      let known = Set(PoolingMode.allCases.map(\.flag))
      for (key, value) in object.members
      where key.hasPrefix("pooling_mode_") && value.boolValue == true && !known.contains(key) {
        refusal = unknown(name, printable(key, limit: 80))
      }
      if poolings.isEmpty { poolings = [.mean] }
    }
    if object["include_prompt"]?.boolValue == false, !prompt.isEmpty {
      refusal = unknown(name, "include_prompt false")
    }
  }

  private static let poolingHint =
    "choose a pooling other than auto, as in --pooling mean: the vectors are then the transformer's alone"

  private func unknown(_ file: String, _ what: String) -> LFError {
    .unsupported(
      "sentence.pooling", at: .init(entry: file), "\(what) is not computed here",
      hint: Self.poolingHint)
  }

  private func object(_ name: String) throws(LFError) -> JSONObject? {
    guard let value = try json(name) else { return nil }
    guard let object = value.objectValue else {
      throw .refused(
        "sentence.settings", at: .init(entry: name), expected: "an object", found: value.kindName)
    }
    return object
  }

  private func json(_ name: String) throws(LFError) -> JSONValue? {
    guard let file = files.first(where: { $0.name == name }) else { return nil }
    let limit = Limits.standard.jsonBytes
    guard file.byteCount <= limit else {
      throw .refused(
        "sentence.size", at: .init(entry: name), expected: "at most \(limit) bytes",
        found: "\(file.byteCount)")
    }
    do throws(LFError) {
      return try JSONParser.parse(try file.contents())
    } catch {
      throw error.located(entry: name)
    }
  }
}
