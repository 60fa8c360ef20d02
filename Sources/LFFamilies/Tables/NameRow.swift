public import LFCore

/// One row of a family table: a tensor's name in the checkpoint, its canonical
/// name and its shape.
public struct NameRow: Sendable {
  /// A dimension: a number, or a size that the configuration states.
  public enum Dimension: Sendable, Equatable {
    case fixed(Int)
    case size(Size)
  }

  /// Sizes of a configuration, by the names of its fields.
  public enum Size: String, Sendable, CaseIterable {
    case vocabulary = "vocab_size"
    case hidden = "hidden_size"
    case intermediate = "intermediate_size"
    case positions = "max_position_embeddings"
    case tokenTypes = "type_vocab_size"
    case labels = "num_labels"
  }

  /// Name without the backbone's prefix; nil when there is no such tensor and
  /// zeros stand for it.
  public let name: TensorName?
  /// Names that checkpoints use for it: today's first, then others.
  public let spellings: [TensorName]
  /// Names of tensors that hold this one as one of several equal pieces.
  let packed: [PackedName]
  /// Hugging Face's bare name, by which the forward pass asks for the tensor.
  public let canonical: TensorName
  /// Its dimensions, outermost first.
  public let shape: [Dimension]
  /// Whether the backbone's prefix stands in front.
  public let isPrefixed: Bool
  /// Whether a model may be without it.
  public let isOptional: Bool
  /// The canonical tensor that takes its place when it is missing.
  public let fallback: TensorName?
  /// The canonical tensor that it equals by the model's meaning.
  public let tiedTo: TensorName?
  /// The canonical tensor of the source that it is a copy of after conversion.
  public let copiedFrom: TensorName?

  /// Reads a row of a table.
  init(_ fields: TableFields) throws(LFError) {
    try fields.allow([
      "name", "also", "packed", "canonical", "shape", "prefixed", "optional", "zeros", "fallback",
      "tied_to", "copied_from",
    ])
    let own = try fields.name("name")
    guard try fields.flag("zeros") ?? false == (own == nil) else {
      throw fields.broken("name", "a name, or zeros in its place")
    }
    guard let canonical = try fields.name("canonical") ?? own else {
      throw fields.broken("canonical", "a name for what is zeros")
    }
    guard let items = fields.object["shape"]?.arrayValue, !items.isEmpty else {
      throw fields.broken("shape", "a list of dimensions")
    }
    var shape: [Dimension] = []
    for item in items {
      if let number = item.intValue, number > 0 {
        shape.append(.fixed(number))
      } else if let size = item.stringValue.flatMap(Size.init) {
        shape.append(.size(size))
      } else {
        throw fields.broken(
          "shape", "numbers and \(Size.allCases.map(\.rawValue).joined(separator: ", "))")
      }
    }
    var packed: [PackedName] = []
    if fields.object["packed"] != nil {
      for item in try fields.items("packed") { packed.append(try PackedName(item)) }
    }
    name = own
    spellings = (own.map { [$0] } ?? []) + (try fields.texts("also")).map { TensorName($0) }
    self.packed = packed
    self.canonical = canonical
    self.shape = shape
    let inBackbone = canonical.hasPrefix("embeddings.") || canonical.hasPrefix("encoder.")
    isPrefixed = try fields.flag("prefixed") ?? inBackbone
    isOptional = try fields.flag("optional") ?? false
    fallback = try fields.name("fallback")
    tiedTo = try fields.name("tied_to")
    copiedFrom = try fields.name("copied_from")
  }

  private init(_ row: NameRow, layer: Int) {
    let number = String(layer)
    func filled(_ name: TensorName) -> TensorName { name.filling("{layer}", with: number) }
    name = row.name.map(filled)
    spellings = row.spellings.map(filled)
    packed = row.packed
    canonical = filled(row.canonical)
    shape = row.shape
    isPrefixed = row.isPrefixed
    isOptional = row.isOptional
    fallback = row.fallback.map(filled)
    tiedTo = row.tiedTo.map(filled)
    copiedFrom = row.copiedFrom.map(filled)
  }

  /// The row with a layer's number in its names.
  func inLayer(_ layer: Int) -> NameRow { NameRow(self, layer: layer) }

  /// The dimensions for a configuration.
  func dimensions(_ configuration: ModelConfiguration) -> [Int] {
    shape.map { dimension in
      switch dimension {
      case .fixed(let number): number
      case .size(.vocabulary): configuration.vocabularySize
      case .size(.hidden): configuration.hiddenSize
      case .size(.intermediate): configuration.intermediateSize
      case .size(.positions): configuration.positionCount
      case .size(.tokenTypes): configuration.tokenTypeCount
      case .size(.labels): configuration.labelCount
      }
    }
  }
}
