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
    var steps = RecognitionSteps(names: names, configuration: configuration, origin: origin)
    let (table, note) = try steps.table()
    let prefix = try steps.prefix(table)
    let json = try steps.huggingFaceJSON(table, prefix)
    let head = try steps.head(table, prefix, json)
    let tokens = steps.leavesTokensOpen(json, table) ? try vocabulary() : SpecialTokenIDs()
    let settings = try ModelConfiguration(
      json: json, table: table, head: head, origin: origin, vocabulary: tokens)
    let rows = table.rows(head: head, layers: settings.layerCount)
    guard rows.count <= Limits.standard.tensors else {
      throw .refused(
        "config.value", at: .init(file: origin, entry: "num_hidden_layers"),
        expected: "a model of at most \(Limits.standard.tensors) tensors", found: "\(rows.count)")
    }

    var matching = TensorMatching(names: names, prefix: prefix, table: table, settings: settings)
    try matching.match(rows)
    let kept = matching.kept
    self.tensors = kept
    places = Dictionary(
      kept.enumerated().map { ($1.descriptor.name, $0) }, uniquingKeysWith: { first, _ in first })
    let rest = steps.rest(table, prefix, head: head, claimed: matching.claimed)
    matching.problems.unexpected = rest.unexpected
    let known = rows.compactMap { row in row.name == nil ? nil : names.spelled(row, prefix) }
    if let error = matching.problems.error(known: known, backbone: prefix.backbone) {
      throw error
    }
    var notes = note.map { [$0] } ?? []
    if let note = settings.separatorNote(vocabulary: tokens) { notes.append(note) }
    self.notes = notes
    ownConfiguration = steps.configuration ?? json
    unused = rest.unused
    dropped = rest.dropped
    self.configuration = settings
    self.table = table
    self.prefix = prefix.backbone
    familyPrefix = prefix.family
  }
}
