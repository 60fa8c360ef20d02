public import LFCore

/// A checkpoint's tensors, understood as a model: every tensor has a canonical
/// name, a checked shape and a place, and none is left over.
public struct RecognizedModel: Sendable {
  /// A tensor of the model.
  public struct Tensor: Sendable {
    /// The row of the family table.
    public let row: NameRow
    /// Position in the source; nil for zeros.
    public let index: Int?
    /// Canonical name, element type and shape.
    public let descriptor: TensorDescriptor
  }

  /// What the model is.
  public let configuration: ModelConfiguration
  /// The table of its family.
  public let table: FamilyTable
  /// The tensors, in the order of the family table.
  public let tensors: [Tensor]
  /// Weights that the architecture has no use for (a pooler under a masked-LM
  /// head), by position in the source, with their canonical names.
  public let unused: [(index: Int, name: TensorName, reason: String)]
  /// Buffers that are no weights, by position in the source.
  public let dropped: [(index: Int, reason: String)]
  /// What was concluded from the tensors, for the user.
  public let notes: [String]
  /// The configuration as it was read; that of `configuration` is translated
  /// where a family has fields of its own.
  let ownConfiguration: JSONObject
  /// Prefix of the backbone's names in the checkpoint.
  public let prefix: String
  /// The family's own part of it, without the modules a training program adds.
  public let familyPrefix: String

  /// Places in `tensors`, by canonical name.
  let places: [TensorName: Int]

  /// The tensor of a canonical name.
  public func tensor(_ canonical: TensorName) -> Tensor? {
    places[canonical].map { tensors[$0] }
  }

  /// The model's tensors under their canonical names, as the forward pass
  /// reads them.
  public func canonicalTensors() throws(LFError) -> [ComposedTensor] {
    var result: [ComposedTensor] = []
    for tensor in tensors { result.append(try ComposedTensor(copying: tensor)) }
    return result
  }
}

extension ComposedTensor {
  /// A tensor that is the model's tensor as it is, under another name or its own.
  package init(
    copying tensor: RecognizedModel.Tensor, as name: TensorName? = nil, tiedTo: TensorName? = nil
  ) throws(LFError) {
    let descriptor = tensor.descriptor.renamed(name ?? tensor.descriptor.name)
    let bytes = descriptor.byteCount
    let content: Content =
      tensor.index.map { .source(index: $0, range: 0..<bytes) } ?? .zeros(bytes)
    try self.init(descriptor, parts: [Part(content)], tiedTo: tiedTo)
  }
}
