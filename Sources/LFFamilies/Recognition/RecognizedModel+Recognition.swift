public import LFCore

extension RecognizedModel {
  /// Recognises a checkpoint.
  ///
  /// - Parameters:
  ///   - tensors: as the checkpoint names them.
  ///   - configuration: `config.json`, or a fairseq file's own.
  ///   - origin: where the configuration was read, for messages.
  ///   - vocabulary: looks up what the configuration leaves open.
  /// - Throws: `model.*` or `config.*`; tensors that are missing, unknown or
  ///   misshapen are listed all at once.
  public init(
    tensors: [TensorDescriptor], configuration: JSONObject?, origin: String?,
    vocabulary: () throws(LFError) -> SpecialTokenIDs = { SpecialTokenIDs() }
  ) throws(LFError) {
    let names = NameLookup(tensors)
    let steps = RecognitionSteps(names: names, configuration: configuration, origin: origin)
    let table = try steps.table()
    let prefix = try steps.prefix(table)
    let json = try steps.huggingFaceJSON(table, prefix)
    let head = steps.head(table, prefix, json)
    let tokens = steps.leavesTokensOpen(json, table) ? try vocabulary() : SpecialTokenIDs()
    let settings = try ModelConfiguration(
      json: json, table: table, head: head, origin: origin, vocabulary: tokens)
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
    let kept = matched.filter { !consumed.contains($0.descriptor.name) }
    self.tensors = kept
    places = Dictionary(
      kept.enumerated().map { ($1.descriptor.name, $0) }, uniquingKeysWith: { first, _ in first })

    let rest = steps.rest(table, prefix, head: head, claimed: claimed)
    problems.unexpected = rest.unexpected
    let known = rows.compactMap { row in row.name == nil ? nil : names.spelled(row, prefix) }
    if let error = problems.error(known: known) { throw error }
    unused = rest.unused
    dropped = rest.dropped
    self.configuration = settings
    self.table = table
    self.prefix = prefix.backbone
    familyPrefix = prefix.family
  }
}
