public import TensorCore

extension ConversionPlan {
  /// Plans the same model in another container: every weight as it is, in the
  /// source's order, under the names of Hugging Face's classes.
  public init(
    sameArchitecture model: RecognizedModel, sourceTensors: [TensorDescriptor]
  ) throws(LFError) {
    json = model.configuration.json
    configuration = model.configuration
    tiling = nil
    copies = []
    notes = []
    // A family that only exists in another tool's names takes Hugging Face's.
    let table = try FamilyTable.forModelType(
      model.configuration.json["model_type"]?.stringValue ?? model.table.family, origin: nil)
    let isForeign = table.family != model.table.family
    let prefix =
      isForeign
      ? (model.configuration.head == .bare ? "" : table.prefixes.first ?? "") : model.prefix
    let prefixed = Set(
      table.rows(head: model.configuration.head, layers: model.configuration.layerCount)
        .filter(\.isPrefixed).map(\.canonical))

    var placed: [(order: Int, tensor: ComposedTensor)] = []
    for (order, tensor) in model.tensors.enumerated() {
      let front = prefixed.contains(tensor.row.canonical) ? prefix : ""
      let name = TensorName(front + tensor.row.canonical.text)
      let tied = tensor.row.tiedTo.map {
        TensorName((prefixed.contains($0) ? prefix : "") + $0.text)
      }
      let composed = try ComposedTensor(copying: tensor, as: name, tiedTo: tied)
      placed.append((isForeign ? order : tensor.index ?? order, composed))
    }
    for unused in model.unused {
      let descriptor = sourceTensors[unused.index]
      placed.append(
        (
          isForeign ? placed.count : unused.index,
          try ComposedTensor(
            descriptor,
            parts: [.init(.source(index: unused.index, range: 0..<descriptor.byteCount))])
        ))
    }
    tensors = placed.sorted { $0.order < $1.order }.map(\.tensor)
  }
}
