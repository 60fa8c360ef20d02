public import TensorCore

/// One row of a family table: a tensor's name in the checkpoint, its canonical
/// name and its shape.
public struct NameRow: Sendable {
  /// A dimension: a number, or a field of the configuration.
  public enum Dimension: Sendable, Equatable {
    case fixed(Int)
    case field(String)
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
  public let shape: [Dimension]
  /// Whether the backbone's prefix stands in front.
  public let isPrefixed: Bool
  public let isOptional: Bool
  /// The canonical tensor that takes its place when it is missing.
  public let fallback: TensorName?
  /// The canonical tensor that it equals by the model's meaning.
  public let tiedTo: TensorName?
  /// The canonical tensor of the source that it is a copy of after conversion.
  public let copiedFrom: TensorName?

  /// Reads a row; nil when it is not well-formed.
  init?(json: JSONObject) {
    func name(_ key: String) -> TensorName? { json[key]?.stringValue.map { TensorName($0) } }
    let zeros = json["zeros"]?.boolValue ?? false
    let own = name("name")
    guard let canonical = name("canonical") ?? own, zeros == (own == nil) else { return nil }
    var shape: [Dimension] = []
    for item in json["shape"]?.arrayValue ?? [] {
      if let number = item.intValue {
        shape.append(.fixed(number))
      } else if let field = item.stringValue {
        shape.append(.field(field))
      } else {
        return nil
      }
    }
    guard !shape.isEmpty else { return nil }
    self.name = own
    spellings =
      (own.map { [$0] } ?? [])
      + (json["also"]?.arrayValue ?? []).compactMap(\.stringValue).map { TensorName($0) }
    packed = (json["packed"]?.arrayValue ?? []).compactMap(PackedName.init(json:))
    self.canonical = canonical
    self.shape = shape
    let inBackbone = canonical.hasPrefix("embeddings.") || canonical.hasPrefix("encoder.")
    isPrefixed = json["prefixed"]?.boolValue ?? inBackbone
    isOptional = json["optional"]?.boolValue ?? false
    fallback = name("fallback")
    tiedTo = name("tied_to")
    copiedFrom = name("copied_from")
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
      case .field("vocab_size"): configuration.vocabularySize
      case .field("hidden_size"): configuration.hiddenSize
      case .field("intermediate_size"): configuration.intermediateSize
      case .field("max_position_embeddings"): configuration.positionCount
      case .field("type_vocab_size"): configuration.tokenTypeCount
      case .field("num_labels"): configuration.labelCount
      case .field: -1
      }
    }
  }
}
