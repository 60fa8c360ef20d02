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
  /// Heads that no Longformer class computes, with the reason.
  public let unconvertibleHeads: [(head: ModelHead, reason: String)]
  /// Whether the masked-LM head uses `hidden_act`, and not always gelu.
  public let headFollowsActivation: Bool
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
    for table in try all() where table.modelTypes.contains(where: { $0.modelType == type }) {
      return table
    }
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

  /// Beginning of the class names for a `model_type`.
  public func classStem(modelType: String?) -> String {
    (modelTypes.first { $0.modelType == modelType } ?? modelTypes.first)?.classStem ?? ""
  }
}
