import LFCore

extension FamilyTable {
  /// Model types that are refused by name, with reasons; no table of a family.
  private static let unsupportedFile = "unsupported.json"

  static let parsed: Result<[FamilyTable], LFError> = {
    do throws(LFError) {
      var tables: [FamilyTable] = []
      for (file, text) in EmbeddedFamilies.texts where file != unsupportedFile {
        tables.append(try FamilyTable(Array(text.utf8), file: file))
      }
      return .success(tables)
    } catch { return .failure(error) }
  }()

  static let unsupported: Result<JSONObject, LFError> = {
    do throws(LFError) {
      let text = EmbeddedFamilies.texts.first { $0.file == unsupportedFile }?.text ?? "{}"
      let fields = try TableFields(Array(text.utf8), file: unsupportedFile)
      for member in fields.object.members { _ = try fields.text(member.key) }
      return .success(fields.object)
    } catch { return .failure(error) }
  }()

  /// Reads a table.
  ///
  /// - Parameter file: its name, for messages.
  /// - Throws: `internal.family-table` for anything that is not known or not
  ///   well-formed: what is overlooked here would be a wrong model later.
  init(_ text: [UInt8], file: String) throws(LFError) {
    let fields = try TableFields(text, file: file)
    try fields.allow([
      "family", "about", "attention", "dialect", "positions", "several_heads",
      "head_follows_activation", "head_activations", "requires", "keeps_names", "tokenizer",
      "model_types", "prefixes", "defaults", "dropped", "unused", "endings", "embeddings",
      "layer", "heads",
    ])
    family = try fields.text("family")
    let attention = try fields.text("attention")
    guard let kind = AttentionKind.all.first(where: { $0.name == attention }) else {
      throw fields.broken("attention", "one of \(AttentionKind.all.map(\.name))")
    }
    self.attention = kind
    dialect = try fields.value("dialect") ?? .huggingFace
    positions = try fields.value("positions") ?? .afterPadding
    hasSeveralHeads = try fields.flag("several_heads") ?? false
    headFollowsActivation = try fields.flag("head_follows_activation") ?? false
    keepsNames = try fields.flag("keeps_names") ?? false
    tokenizer = try fields.optionalText("tokenizer")
    var requirements: [FieldRequirement] = []
    if fields.object["requires"] != nil {
      for item in try fields.items("requires") { requirements.append(try FieldRequirement(item)) }
    }
    self.requirements = requirements
    modelTypes = try fields.pairs("model_types").map { ($0, $1) }
    prefixes = try fields.texts("prefixes")
    defaults = try fields.nested("defaults").object
    dropped = try fields.pairs("dropped").map { (TensorName($0), $1) }
    unused = try fields.pairs("unused").map { (TensorName($0), $1) }
    endings = try fields.pairs("endings").map { ($0, $1) }
    embeddingRows = try fields.rows("embeddings")
    layerRows = try fields.rows("layer")
    var activations: [(ModelHead, Activation)] = []
    for (key, name) in try fields.pairs("head_activations") {
      guard let activation = Activation(name: name) else {
        throw fields.broken("head_activations", "one of \(Activation.names)")
      }
      activations.append((try fields.head(key), activation))
    }
    headActivations = activations
    let heads = try fields.nested("heads")
    var headRows: [(ModelHead, [NameRow])] = []
    for member in heads.object.members {
      headRows.append((try heads.head(member.key), try heads.rows(member.key)))
    }
    self.headRows = headRows
  }
}

/// Fields of a family table, each refused by name when it is not well-formed.
struct TableFields {
  let object: JSONObject
  let file: String
  /// Where the object stands in the file, as in "layer 3".
  private let place: String

  init(_ text: [UInt8], file: String) throws(LFError) {
    let value = try JSONParser.parse(text, at: .init(file: file))
    guard let object = value.objectValue else {
      throw Self.broken(file, "the whole", "an object")
    }
    self.init(object, file: file, place: "")
  }

  private init(_ object: JSONObject, file: String, place: String) {
    self.object = object
    self.file = file
    self.place = place
  }

  /// Refuses fields of other names.
  func allow(_ known: Set<String>) throws(LFError) {
    for member in object.members where !known.contains(member.key) {
      throw broken(member.key, "one of \(known.sorted().joined(separator: ", "))")
    }
  }

  func optionalText(_ key: String) throws(LFError) -> String? {
    guard let value = object[key] else { return nil }
    guard let text = value.stringValue, !text.isEmpty else { throw broken(key, "text") }
    return text
  }

  func text(_ key: String) throws(LFError) -> String {
    guard let text = try optionalText(key) else { throw broken(key, "text") }
    return text
  }

  func name(_ key: String) throws(LFError) -> TensorName? {
    try optionalText(key).map { TensorName($0) }
  }

  func flag(_ key: String) throws(LFError) -> Bool? {
    guard let value = object[key] else { return nil }
    guard let flag = value.boolValue else { throw broken(key, "true or false") }
    return flag
  }

  /// A field whose text is the raw value of a case.
  func value<Value: RawRepresentable<String> & CaseIterable>(
    _ key: String
  ) throws(LFError) -> Value? {
    guard let text = try optionalText(key) else { return nil }
    guard let value = Value(rawValue: text) else {
      throw broken(key, "one of \(Value.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    return value
  }

  /// A list of texts; empty ones are allowed.
  func texts(_ key: String) throws(LFError) -> [String] {
    guard let value = object[key] else { return [] }
    let items = value.arrayValue?.map(\.stringValue) ?? [nil]
    guard !items.contains(nil) else { throw broken(key, "a list of texts") }
    return items.compactMap { $0 }
  }

  /// An object of texts; none when it is left out.
  func pairs(_ key: String) throws(LFError) -> [(String, String)] {
    guard object[key] != nil else { return [] }
    let fields = try nested(key)
    var result: [(String, String)] = []
    for member in fields.object.members {
      result.append((member.key, try fields.text(member.key)))
    }
    return result
  }

  func nested(_ key: String) throws(LFError) -> TableFields {
    guard let inner = object[key]?.objectValue else { throw broken(key, "an object") }
    return TableFields(inner, file: file, place: place + key + ".")
  }

  func head(_ name: String) throws(LFError) -> ModelHead {
    guard let head = ModelHead(rawValue: name) else {
      throw broken(name, "one of \(ModelHead.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    return head
  }

  /// A list of objects.
  func items(_ key: String) throws(LFError) -> [TableFields] {
    guard let items = object[key]?.arrayValue else { throw broken(key, "a list of objects") }
    var result: [TableFields] = []
    for (index, item) in items.enumerated() {
      guard let inner = item.objectValue else { throw broken(key, "a list of objects") }
      result.append(TableFields(inner, file: file, place: "\(place)\(key)[\(index)]."))
    }
    return result
  }

  func rows(_ key: String) throws(LFError) -> [NameRow] {
    var result: [NameRow] = []
    for item in try items(key) { result.append(try NameRow(item)) }
    return result
  }

  /// The error for a field that is not what it has to be.
  func broken(_ key: String, _ expected: String) -> LFError {
    Self.broken(file, place + key, expected)
  }

  private static func broken(_ file: String, _ entry: String, _ expected: String) -> LFError {
    LFError(
      .internal, "internal.family-table", "this family table is broken: expected \(expected)",
      at: .init(file: file, entry: entry))
  }
}
