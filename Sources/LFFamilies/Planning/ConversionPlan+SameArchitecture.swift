public import LFCore

extension ConversionPlan {
  /// Plans the same model in another container: every weight as it is, in the
  /// source's order, under the names of Hugging Face's classes.
  ///
  /// - Parameter untied: tied tensors (a decoder) whose bytes differ from what
  ///   they should equal, for a note.
  public init(
    sameArchitecture model: RecognizedModel, sourceTensors: [TensorDescriptor],
    untied: Set<TensorName> = []
  ) throws(LFError) {
    // DistilBERT's classes read its own fields, not those they stand for here.
    json =
      model.table.dialect == .distilBERT ? model.ownConfiguration : model.configuration.json
    configuration = model.configuration
    tiling = nil
    copies = []
    // A family that only exists in another tool's names takes Hugging Face's.
    let table = try FamilyTable.forModelType(
      model.configuration.json["model_type"]?.stringValue ?? model.table.family, origin: nil)
    let isForeign = table.family != model.table.family
    if isForeign { try Self.refuseHead(model, in: table) }
    // The modules that a training program puts around a model are left off. A
    // bare backbone stays bare where nothing stands on it.
    let isBare = model.familyPrefix.isEmpty || isForeign
    let prefix =
      isBare && model.configuration.head == .bare ? "" : table.prefixes.first ?? ""
    var rows: [TensorName: NameRow] = [:]
    for row in table.rows(head: model.configuration.head, layers: model.configuration.layerCount) {
      rows[row.canonical] = row
    }
    func name(_ canonical: TensorName) -> TensorName {
      guard let row = rows[canonical] else { return canonical }
      return TensorName((row.isPrefixed ? prefix : "") + (row.name ?? canonical).text)
    }

    var placed: [(order: Int, tensor: ComposedTensor)] = []
    for (order, tensor) in model.tensors.enumerated() {
      // Zeros stand for a tensor that the family's own classes do not have.
      if tensor.index == nil, !isForeign { continue }
      let own = model.table.keepsNames ? tensor.index.map { sourceTensors[$0].name } : nil
      let composed = try ComposedTensor(
        copying: tensor, as: own ?? name(tensor.row.canonical), tiedTo: tensor.row.tiedTo.map(name))
      placed.append((isForeign ? order : tensor.index ?? order, composed))
    }
    var notes = model.notes
    for tied in untied.sorted() where model.configuration.tiesDecoder {
      notes.append(
        "\(tied) differs from the tensor that the configuration ties it to: it is kept as it is, "
          + "but Hugging Face's classes put the other in its place unless the configuration says "
          + "tie_word_embeddings: false")
    }
    for unused in model.unused {
      // Another tool's names for it would fit no class.
      guard !isForeign else {
        notes.append("\(unused.name) is left out: \(unused.reason)")
        continue
      }
      let descriptor = sourceTensors[unused.index]
      let isPooler = table.rows(of: .bare).contains { $0.name == unused.name && $0.isPrefixed }
      let target =
        table.keepsNames
        ? descriptor.name : TensorName((isPooler ? prefix : "") + unused.name.text)
      placed.append(
        (
          unused.index,
          try ComposedTensor(
            descriptor.renamed(target),
            parts: [.init(.source(index: unused.index, range: 0..<descriptor.byteCount))])
        ))
    }
    tensors = placed.sorted { $0.order < $1.order }.map(\.tensor)
    self.notes = notes
  }
}
