public import LFCore

/// The tensor names of one family, read from `Specs/families/<family>.json`.
///
/// A family is added by writing such a table; all files of that folder are
/// embedded when the package is built.
public struct FamilyTable: Sendable {
  /// The family's own name, as in "roberta".
  public let family: String
  /// How the family's layers attend.
  public let attention: AttentionKind
  /// Who writes the family's configuration.
  public let dialect: Dialect
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
  /// What the first layer of a head is followed by, where that is not tanh.
  let headActivations: [(head: ModelHead, activation: Activation)]
  /// Whether the masked-LM head uses `hidden_act`, and not always gelu.
  public let headFollowsActivation: Bool
  /// Fields of the configuration by which a model computes what the table
  /// says; one with another value is refused.
  let requirements: [FieldRequirement]
  /// Whether the same model in another container keeps its names as they are:
  /// the family's classes have prefixes of their own.
  let keepsNames: Bool
  /// The tokenizer's class, where its name does not begin as the models' do.
  let tokenizer: String?
  /// Older endings of names and what they are called today.
  public let endings: [(old: String, new: String)]
  let embeddingRows: [NameRow]
  /// The rows of any one layer, `{layer}` not filled in.
  let layerRows: [NameRow]
  let headRows: [(head: ModelHead, rows: [NameRow])]

  /// Who writes a family's configuration; raw values are those of the tables.
  public enum Dialect: String, Sendable, CaseIterable {
    /// `config.json` of Hugging Face's library.
    case huggingFace = "hugging_face"
    /// The same, with DistilBERT's own names for its fields.
    case distilBERT = "distilbert"
    /// The `args` or `cfg` inside a fairseq file.
    case fairseq
  }

  /// The family that conversions lead to.
  static let longformer = "longformer"

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
    if let table = try known(type) { return table }
    let location = LFError.Location(file: origin, entry: "model_type")
    let shown = printable(type, limit: 60)
    if let reason = try unsupported.get()[type]?.stringValue {
      throw .unsupported("model.unsupported", at: location, "\"\(shown)\": \(reason)")
    }
    let known = try all().flatMap { $0.modelTypes.map(\.modelType) }.sorted()
    throw .unsupported(
      "model.unknown", at: location,
      "the model type \"\(shown)\" is not supported; known are \(known.joined(separator: ", "))")
  }

  /// The table that has a model type.
  static func known(_ type: String) throws(LFError) -> FamilyTable? {
    try all().first { $0.modelTypes.contains { $0.modelType == type } }
  }

  /// The model type of a class in Hugging Face's library, supported or not.
  static func modelType(ofClass name: String) throws(LFError) -> String? {
    let stems = try all().flatMap(\.modelTypes).filter { name.hasPrefix($0.classStem) }
    // "Roberta" is not what "RobertaPreLayerNorm" begins with: the rest has to be a head.
    let fitting = stems.filter { stem in
      let rest = name.dropFirst(stem.classStem.count)
      return rest.hasPrefix("For") || rest == "Model"
    }
    if let found = fitting.max(by: { $0.classStem.utf8.count < $1.classStem.utf8.count }) {
      return found.modelType
    }
    let plain = name.lowercased()
    return try unsupported.get().members.map(\.key).filter { type in
      let stem = type.filter { $0 != "-" && $0 != "_" }
      guard plain.hasPrefix(stem) else { return false }
      let rest = plain.dropFirst(stem.count)
      return rest.hasPrefix("for") || rest == "model"
    }.first
  }

  /// What follows the first layer of a head of two layers.
  public func activation(of head: ModelHead) -> Activation {
    headActivations.first { $0.head == head }?.activation ?? .tanh
  }

  /// What follows the first layer of the masked-LM head.
  public func maskedLMActivation(_ configuration: ModelConfiguration) -> Activation {
    headFollowsActivation ? configuration.activation : .gelu
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

  /// The rows of a head that a bare model has not, but for optional ones.
  func ownRows(of head: ModelHead) -> [NameRow] {
    rows(of: head).filter { row in
      !row.isOptional && !rows(of: .bare).contains { $0.name == row.name }
    }
  }

  /// Other heads whose layers have the names of this one's, so that tensors do
  /// not tell them apart; nil when a name is this head's alone.
  func headsAlike(_ head: ModelHead) -> [ModelHead]? {
    let own = ownRows(of: head)
    let alike = heads.filter { other in
      other != head && own.contains { row in ownRows(of: other).contains { $0.name == row.name } }
    }
    let isShared = own.allSatisfy { row in
      alike.contains { ownRows(of: $0).contains { $0.name == row.name } }
    }
    return isShared && !alike.isEmpty ? alike : nil
  }

  /// What all names of the backbone begin with behind its prefix, where they
  /// have one (fairseq's `sentence_encoder.`).
  var backboneFolder: String? {
    let names = (embeddingRows + layerRows).compactMap { $0.name?.text }
    guard let first = names.first?.split(separator: ".").first else { return nil }
    let folder = first + "."
    return names.allSatisfy { $0.hasPrefix(folder) } ? String(folder) : nil
  }

  /// Beginning of the class names for a `model_type`.
  public func classStem(modelType: String?) -> String {
    (modelTypes.first { $0.modelType == modelType } ?? modelTypes.first)?.classStem ?? ""
  }

  /// The tokenizer's class for a `model_type`.
  func tokenizerClass(modelType: String) -> String {
    tokenizer ?? classStem(modelType: modelType) + "Tokenizer"
  }
}
