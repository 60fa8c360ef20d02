import LFCore

/// The configuration of a Longformer whose tensors have a RoBERTa's names plus
/// `*_global` ones, turned into the fields of Hugging Face's `LongformerConfig`.
///
/// There are two kinds.
/// The Longformer authors' own release has one-sided windows, dilations and an
/// `attention_mode`. The notebook "convert a model to long" puts Hugging Face's
/// attention into a RoBERTa class, and its windows are Hugging Face's, both
/// sides together. The fields that only the authors' code has tell them apart.
struct AI2Configuration {
  private let json: JSONObject
  private let origin: String?
  private let isOneSided: Bool

  static let dialect = ConfigurationDialect(
    table: { (source) throws(LFError) in
      guard let json = source.configuration,
        isLongformer(json, source.names.tensors.map(\.name))
      else { return nil }
      return try FamilyTable.named(FamilyTable.longformer)
    },
    translated: { (source, table, prefix) throws(LFError) in
      guard table.family == FamilyTable.longformer, let json = source.configuration else {
        return nil
      }
      return try AI2Configuration(json, prefix: prefix, origin: source.origin)?.huggingFace()
    })

  /// Fields that only the authors' code writes.
  private static let ownFields = ["attention_mode", "attention_dilation", "autoregressive"]

  /// Whether tensors under a RoBERTa's configuration are a Longformer's.
  private static func isLongformer(_ json: JSONObject, _ names: [TensorName]) -> Bool {
    let type = json["model_type"]?.stringValue
    guard type == nil && json["attention_window"] != nil || type == "roberta" else { return false }
    let ending = Array("attention.self.query_global.weight".utf8)
    return names.contains { $0.bytes.suffix(ending.count).elementsEqual(ending) }
  }

  /// Whether the names are a RoBERTa's and the configuration is Hugging Face's.
  static func isContradictory(_ json: JSONObject, _ prefix: NamePrefix) -> Bool {
    json["model_type"]?.stringValue == FamilyTable.longformer && prefix.family == "roberta."
      && !ownFields.contains { json[$0] != nil }
  }

  /// A configuration of either kind; nil for Hugging Face's own.
  private init?(_ json: JSONObject, prefix: NamePrefix, origin: String?) {
    let hasOwnFields = Self.ownFields.contains { json[$0] != nil }
    let isHuggingFace = json["model_type"]?.stringValue == FamilyTable.longformer
    guard !isHuggingFace || (prefix.family == "roberta." && hasOwnFields) else { return nil }
    self.json = json
    self.origin = origin
    isOneSided = hasOwnFields
  }

  /// The configuration with every field spelled out.
  ///
  /// - Throws: `config.attention-mode` for a mode that is another pattern.
  private func huggingFace() throws(LFError) -> JSONObject {
    var result = json
    // What is left out has the defaults of RoBERTa's class, not Longformer's.
    for member in try FamilyTable.named("roberta").defaults.members
    where (result[member.key] ?? .null) == .null {
      result[member.key] = member.value
    }
    result["model_type"] = .string(FamilyTable.longformer)
    let name = json["architectures"]?.arrayValue?.first?.stringValue ?? ""
    let suffix = ModelHead.allCases.map(\.architectureSuffix).first { name.hasSuffix($0) }
    result["architectures"] = suffix.map { [.string("Longformer" + $0)] }
    result["auto_map"] = nil
    guard isOneSided else { return result }

    if let mode = json["attention_mode"] {
      switch mode.stringValue {
      case "tvm", "sliding_chunks": break
      case "sliding_chunks_no_overlap":
        throw refusedMode("its blocks do not overlap, which is another pattern than a window")
      case "n2":
        throw refusedMode(
          "it is full attention, which leaves the checkpoint's windows and global projections out")
      default:
        throw .refused(
          "config.value", at: location("attention_mode"),
          expected: "tvm, sliding_chunks, sliding_chunks_no_overlap or n2",
          found: mode.stringValue.map { "\"\(printable($0, limit: 60))\"" } ?? mode.kindName)
      }
    }
    result["attention_mode"] = nil
    result["attention_window"] = try doubled(json["attention_window"])
    if let dilations = json["attention_dilation"], Self.isPlain(dilations) {
      result["attention_dilation"] = nil
    }
    if json["autoregressive"]?.boolValue == false { result["autoregressive"] = nil }
    return result
  }

  /// Windows of both sides.
  private func doubled(_ value: JSONValue?) throws(LFError) -> JSONValue {
    func wrong(_ found: String) -> LFError {
      .refused(
        "config.value", at: location("attention_window"),
        expected: "positive windows (one side)", found: found)
    }
    guard let value else { throw wrong("nothing") }
    var result: [JSONValue] = []
    for item in value.arrayValue ?? [value] {
      guard let window = item.intValue, (1...1 << 23).contains(window) else {
        throw wrong(item.kindName)
      }
      result.append(JSONValue(window * 2))
    }
    return value.arrayValue == nil ? result[0] : .array(result)
  }

  private static func isPlain(_ value: JSONValue) -> Bool {
    (value.arrayValue ?? [value]).allSatisfy { $0.intValue == 1 }
  }

  private func refusedMode(_ reason: String) -> LFError {
    .unsupported(
      "config.attention-mode", at: location("attention_mode"),
      "the attention mode \(json["attention_mode"]?.stringValue ?? "") is not supported: \(reason)")
  }

  private func location(_ key: String) -> LFError.Location { .init(file: origin, entry: key) }
}
