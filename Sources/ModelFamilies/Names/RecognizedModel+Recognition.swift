public import TensorCore

extension RecognizedModel {
  /// Recognises a checkpoint.
  ///
  /// - Parameters:
  ///   - tensors: as the checkpoint names them.
  ///   - configuration: `config.json`, or a fairseq file's own.
  ///   - origin: where the configuration was read, for messages.
  /// - Throws: `model.*` or `config.*`; tensors that are missing, unknown or
  ///   misshapen are listed all at once.
  public init(
    tensors: [TensorDescriptor], configuration: JSONObject?, origin: String?
  ) throws(LFError) {
    let names = NameLookup(tensors)
    let table = try Self.table(names, configuration, origin)
    let prefix = try Self.prefix(table, names, tensors)
    let json = try Self.huggingFaceJSON(table, configuration, origin, names, prefix)
    let head = try Self.head(table, names, prefix, json)
    let settings = try ModelConfiguration(json: json, table: table, head: head, origin: origin)
    let rows = table.rows(head: head, layers: settings.layerCount)
    guard rows.count <= Limits.standard.tensors else {
      throw .refused(
        "config.value", at: .init(file: origin, entry: "num_hidden_layers"),
        expected: "a model of at most \(Limits.standard.tensors) tensors", found: "\(rows.count)")
    }

    var problems = TensorProblems()
    var claimed = Set<Int>()
    var indices: [TensorName: Int] = [:]
    for row in rows {
      guard let index = names.find(row, prefix, table) else { continue }
      claimed.insert(index)
      indices[row.canonical] = index
    }
    var matched: [Tensor] = []
    var consumed = Set<TensorName>()
    for row in rows {
      let dimensions = row.dimensions(settings)
      guard row.name != nil else {
        // Zeros of the word embeddings' type, so that the model has one type.
        let type = matched.first?.descriptor.elementType ?? .f32
        let descriptor = TensorDescriptor(
          name: row.canonical, elementType: type, shape: try TensorShape(dimensions))
        matched.append(Tensor(row: row, index: nil, descriptor: descriptor))
        continue
      }
      var index = indices[row.canonical]
      if index == nil, let fallback = row.fallback, let other = indices[fallback] {
        index = other
        consumed.insert(fallback)
      }
      guard let index else {
        let isUntied = row.tiedTo != nil && !settings.tiesDecoder
        if !row.isOptional || isUntied { problems.missing.append(names.spelled(row, prefix)) }
        continue
      }
      let found = tensors[index]
      guard found.shape.dimensions == dimensions else {
        problems.misshapen.append(
          "\(found.name) \(found.shape) instead of [\(dimensions.map(String.init).joined(separator: ","))]"
        )
        continue
      }
      guard found.elementType.isFloatingPoint else {
        problems.misshapen.append("\(found.name) of type \(found.elementType.rawValue)")
        continue
      }
      matched.append(Tensor(row: row, index: index, descriptor: found.renamed(row.canonical)))
    }
    self.tensors = matched.filter { !consumed.contains($0.descriptor.name) }

    var unused: [(Int, TensorName, String)] = []
    var dropped: [(Int, String)] = []
    for (index, tensor) in tensors.enumerated() where !claimed.contains(index) {
      let bare = names.canonical(tensor.name, prefix, table)
      if let reason = table.dropped.first(where: { $0.name == bare })?.reason {
        dropped.append((index, reason))
      } else if table.rows(of: .bare).contains(where: { $0.canonical == bare }) {
        unused.append((index, bare, "the architecture has no pooler"))
      } else {
        problems.unexpected.append(tensor.name)
      }
    }
    let known = rows.compactMap { row in row.name == nil ? nil : names.spelled(row, prefix) }
    if let error = problems.error(known: known) { throw error }
    self.unused = unused
    self.dropped = dropped
    self.configuration = settings
    self.table = table
    self.prefix = prefix
  }

  // MARK: Steps

  /// The table: by `model_type`, or by names that only one family has.
  private static func table(
    _ names: NameLookup, _ configuration: JSONObject?, _ origin: String?
  ) throws(LFError) -> FamilyTable {
    for table in try FamilyTable.all() where table.modelTypes.isEmpty {
      if table.prefixes.contains(where: { names.hasEmbeddings(table, prefix: $0) }) { return table }
    }
    guard let configuration else {
      throw .refused(
        "model.no-configuration", expected: "a config.json beside the weights", found: "none",
        hint: "give the model's configuration with --config")
    }
    guard let type = configuration["model_type"]?.stringValue else {
      throw .refused(
        "config.value", at: .init(file: origin, entry: "model_type"),
        expected: "the name of a model type",
        found: configuration["model_type"]?.kindName ?? "nothing")
    }
    return try FamilyTable.forModelType(type, origin: origin)
  }

  private static func prefix(
    _ table: FamilyTable, _ names: NameLookup, _ tensors: [TensorDescriptor]
  ) throws(LFError) -> String {
    for prefix in table.prefixes where names.hasEmbeddings(table, prefix: prefix) { return prefix }
    let wanted = table.prefixes.flatMap { prefix in
      table.rows(head: .bare, layers: 0).prefix(1).compactMap(\.name).map { prefix + $0.text }
    }
    throw .refused(
      "model.tensors", expected: "a tensor \(wanted.joined(separator: " or "))",
      found: tensors.isEmpty
        ? "no tensors"
        : "\(tensors.count) others, as "
          + tensors.prefix(3).map { printable($0.name.text, limit: 120) }.joined(separator: ", "),
      hint: "this is not a model of the family \(table.family), or its names bear another prefix")
  }

  private static func huggingFaceJSON(
    _ table: FamilyTable, _ configuration: JSONObject?, _ origin: String?, _ names: NameLookup,
    _ prefix: String
  ) throws(LFError) -> JSONObject {
    guard table.modelTypes.isEmpty, configuration?["model_type"] == nil else {
      return configuration ?? JSONObject()
    }
    guard let configuration else {
      throw .refused(
        "model.no-configuration", expected: "the checkpoint's own args or cfg", found: "neither",
        hint: "give the model's configuration with --config")
    }
    func shape(_ canonical: TensorName) -> TensorShape? {
      let row = table.rows(head: .maskedLanguageModel, layers: 0).first {
        $0.canonical == canonical
      }
      return row.flatMap { names.find($0, prefix, table) }.map { names.tensors[$0].shape }
    }
    return try FairseqConfiguration(
      fields: configuration, origin: origin,
      wordEmbeddings: shape("embeddings.word_embeddings.weight"),
      positionEmbeddings: shape("embeddings.position_embeddings.weight"),
      hasMaskedLMHead: shape("lm_head.dense.weight") != nil
    ).huggingFace()
  }

  /// The head: the one that the configuration names, if any tensor of it is
  /// there; else the one with the most tensors, complete ones first. A head
  /// with a missing tensor is still that head, so that the tensor is named.
  private static func head(
    _ table: FamilyTable, _ names: NameLookup, _ prefix: String, _ json: JSONObject
  ) throws(LFError) -> ModelHead {
    let architecture = json["architectures"]?.arrayValue?.first?.stringValue ?? ""
    var best: (head: ModelHead, isNamed: Bool, isComplete: Bool, found: Int)?
    for head in table.heads where head != .bare {
      let rows = table.rows(of: head)
      let required = rows.filter { !$0.isOptional }
      let found = required.count { row in
        let fallback = row.fallback.flatMap { name in rows.first { $0.canonical == name } }
        return ([row] + (fallback.map { [$0] } ?? [])).contains {
          names.find($0, prefix, table) != nil
        }
      }
      // A pooler alone makes no head of several choices.
      let own = required.filter { row in
        !table.rows(of: .bare).contains { $0.canonical == row.canonical }
      }
      guard own.contains(where: { names.find($0, prefix, table) != nil }) else { continue }
      let candidate = (
        head, architecture.hasSuffix(head.architectureSuffix), found == required.count, found
      )
      guard let current = best else {
        best = candidate
        continue
      }
      let isBetter =
        (candidate.1 ? 1 : 0, candidate.2 ? 1 : 0, candidate.3)
        > (current.isNamed ? 1 : 0, current.isComplete ? 1 : 0, current.found)
      if isBetter { best = candidate }
    }
    return best?.head ?? .bare
  }
}
