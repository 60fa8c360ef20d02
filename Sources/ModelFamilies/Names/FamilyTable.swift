public import TensorCore

/// The tensor names of one family, read from `Specs/families/<family>.json`.
///
/// A family is added by writing such a table and naming it in `all`.
public struct FamilyTable: Sendable {
  /// How the family's layers attend.
  public enum AttentionKind: String, Sendable {
    case full
    case slidingWindow = "sliding_window"
  }

  public let family: String
  public let attention: AttentionKind
  /// Which row of the position table the first token looks up.
  public let positions: PositionScheme
  /// `model_type` of a configuration → beginning of the class names.
  public let modelTypes: [(modelType: String, classStem: String)]
  /// Prefixes that the backbone's names may bear.
  public let prefixes: [String]
  /// Values of fields that a configuration may leave out.
  public let defaults: JSONObject
  /// Names that are no weights, with the reason for leaving them out.
  public let dropped: [(name: TensorName, reason: String)]
  /// Names of weights that no head here has a use for, with the reason.
  public let unused: [(name: TensorName, reason: String)]
  /// Whether a checkpoint may hold the tensors of several heads, of which one
  /// is taken.
  public let hasSeveralHeads: Bool
  /// Heads that no Longformer class computes, with the reason.
  public let unconvertibleHeads: [(head: ModelHead, reason: String)]
  /// Whether the masked-LM head uses `hidden_act`, and not always gelu.
  public let headFollowsActivation: Bool
  /// Older endings of names and what they are called today.
  public let endings: [(old: String, new: String)]
  private let embeddingRows: [NameRow]
  private let layerRows: [NameRow]
  private let headRows: [(head: ModelHead, rows: [NameRow])]

  /// Every table, parsed once.
  ///
  /// - Throws: `internal.family-table` when a table in this build is broken.
  public static func all() throws(LFError) -> [FamilyTable] { try parsed.get() }

  /// The table of a family by its own name.
  public static func named(_ family: String) throws(LFError) -> FamilyTable {
    for table in try all() where table.family == family { return table }
    throw LFError(.internal, "internal.family-table", "there is no family table \(family)")
  }

  /// The table for a configuration's `model_type`.
  ///
  /// - Throws: `model.unsupported` with the reason for types that cannot be
  ///   converted; `model.unknown` for the rest.
  public static func forModelType(
    _ type: String, origin: String?
  ) throws(LFError) -> FamilyTable {
    for table in try all() where table.modelTypes.contains(where: { $0.modelType == type }) {
      return table
    }
    let location = LFError.Location(file: origin, entry: "model_type")
    let shown = printable(type, limit: 60)
    if let reason = try unsupported.get()[type]?.stringValue {
      throw .unsupported("model.unsupported", at: location, "\"\(shown)\": \(reason)")
    }
    let known = try all().flatMap { $0.modelTypes.map(\.modelType) }
    throw .unsupported(
      "model.unknown", at: location,
      "the model type \"\(shown)\" is not supported; known are \(known.joined(separator: ", "))")
  }

  /// Heads that the family may have.
  public var heads: [ModelHead] { headRows.map(\.head) }

  /// All rows of a model with a head, `{layer}` filled in, in model order.
  public func rows(head: ModelHead, layers: Int) -> [NameRow] {
    embeddingRows
      + (0..<layers).flatMap { layer in layerRows.map { $0.inLayer(layer) } }
      + rows(of: head)
  }

  /// The rows of a head alone.
  public func rows(of head: ModelHead) -> [NameRow] {
    headRows.first { $0.head == head }?.rows ?? []
  }

  /// The rows of any one layer, `{layer}` not filled in.
  var layerTemplates: [NameRow] { layerRows }

  /// Beginning of the class names for a `model_type`.
  public func classStem(modelType: String?) -> String {
    (modelTypes.first { $0.modelType == modelType } ?? modelTypes.first)?.classStem ?? ""
  }

  // MARK: Parsing

  private static let parsed: Result<[FamilyTable], LFError> = {
    let texts = [
      PackageResources.roberta_json, PackageResources.longformer_json,
      PackageResources.fairseq_roberta_json, PackageResources.bert_json,
    ]
    do throws(LFError) {
      var tables: [FamilyTable] = []
      for text in texts { tables.append(try FamilyTable(text)) }
      return .success(tables)
    } catch { return .failure(error) }
  }()

  private static let unsupported: Result<JSONObject, LFError> = {
    do throws(LFError) {
      return .success(
        try JSONParser.parse(PackageResources.unsupported_json).objectValue ?? JSONObject())
    } catch { return .failure(error) }
  }()

  /// Parses a table.
  public init(_ text: [UInt8]) throws(LFError) {
    let object = try JSONParser.parse(text).objectValue ?? JSONObject()
    func broken(_ key: String) -> LFError {
      LFError(.internal, "internal.family-table", "a family table has no valid \(key)")
    }
    func rows(_ value: JSONValue?, _ key: String) throws(LFError) -> [NameRow] {
      guard let items = value?.arrayValue else { throw broken(key) }
      var result: [NameRow] = []
      for item in items {
        guard let row = item.objectValue.flatMap(NameRow.init(json:)) else { throw broken(key) }
        result.append(row)
      }
      return result
    }
    func pairs(_ key: String) throws(LFError) -> [(String, String)] {
      guard let members = object[key]?.objectValue?.members else { throw broken(key) }
      var result: [(String, String)] = []
      for member in members {
        guard let text = member.value.stringValue else { throw broken(key) }
        result.append((member.key, text))
      }
      return result
    }
    func reasons(_ key: String) throws(LFError) -> [(String, String)] {
      object[key] == nil ? [] : try pairs(key)
    }
    guard let family = object["family"]?.stringValue else { throw broken("family") }
    let scheme = object["positions"]?.stringValue ?? PositionScheme.afterPadding.rawValue
    guard let positions = PositionScheme(rawValue: scheme) else { throw broken("positions") }
    guard let attention = object["attention"]?.stringValue.flatMap(AttentionKind.init) else {
      throw broken("attention")
    }
    guard let defaults = object["defaults"]?.objectValue else { throw broken("defaults") }
    guard let heads = object["heads"]?.objectValue else { throw broken("heads") }
    self.family = family
    self.attention = attention
    self.positions = positions
    self.defaults = defaults
    hasSeveralHeads = object["several_heads"]?.boolValue ?? false
    headFollowsActivation = object["head_follows_activation"]?.boolValue ?? false
    unused = try reasons("unused").map { (TensorName($0), $1) }
    var unconvertible: [(ModelHead, String)] = []
    for (key, reason) in try reasons("unconvertible_heads") {
      guard let head = ModelHead(rawValue: key) else { throw broken("unconvertible_heads") }
      unconvertible.append((head, reason))
    }
    unconvertibleHeads = unconvertible
    modelTypes = try pairs("model_types").map { ($0, $1) }
    prefixes = (object["prefixes"]?.arrayValue ?? []).compactMap(\.stringValue)
    dropped = try pairs("dropped").map { (TensorName($0), $1) }
    endings = try pairs("endings").map { ($0, $1) }
    embeddingRows = try rows(object["embeddings"], "embeddings")
    layerRows = try rows(object["layer"], "layer")
    var headRows: [(ModelHead, [NameRow])] = []
    for member in heads.members {
      guard let head = ModelHead(rawValue: member.key) else { throw broken("heads") }
      headRows.append((head, try rows(member.value, member.key)))
    }
    self.headRows = headRows
  }
}
