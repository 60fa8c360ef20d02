import LFCore

/// The steps by which a checkpoint is recognised, one decision each.
struct RecognitionSteps {
  let names: NameLookup
  private(set) var configuration: JSONObject?
  let origin: String?

  private var source: ConfigurationDialect.Source {
    .init(names: names, configuration: configuration, origin: origin)
  }

  // MARK: Family

  /// The table: by names that only one family has, else by `model_type`; where
  /// a configuration of before 2020 does not name it, by the class, or by the
  /// tensors. Then the type is filled in, and a note says so.
  mutating func table() throws(LFError) -> (table: FamilyTable, note: String?) {
    for dialect in ConfigurationDialect.all {
      if let table = try dialect.table(source) { return (table, nil) }
    }
    guard let configuration else {
      throw .refused(
        "model.no-configuration", expected: "a config.json beside the weights", found: "none",
        hint: "give the model's configuration with --config")
    }
    if let type = configuration["model_type"], type != .null {
      guard let name = type.stringValue else {
        throw .refused(
          "config.value", at: .init(file: origin, entry: "model_type"),
          expected: "the name of a model type", found: type.kindName)
      }
      return (try FamilyTable.forModelType(name, origin: origin), nil)
    }
    let found = try UnnamedModelType(names: names, configuration: configuration, origin: origin)
    self.configuration?["model_type"] = .string(found.modelType)
    return (try FamilyTable.forModelType(found.modelType, origin: origin), found.note)
  }

  // MARK: Prefix

  /// The one prefix under which the family's backbone is there.
  func prefix(_ table: FamilyTable) throws(LFError) -> NamePrefix {
    let found = names.backbones(table)
    guard let first = found.first else { throw noBackbone(table) }
    guard found.count == 1 else {
      let shown = found.prefix(12).map { "\"\(printable($0, limit: 80))\"" }
      throw .refused(
        "model.ambiguous", expected: "one model in the file",
        found: "\(found.count), under the prefixes \(shown.joined(separator: ", "))",
        hint: "say which one with --key and its prefix, the dot at the end included")
    }
    var prefix = NamePrefix(backbone: first, familyPrefixes: table.prefixes)
    if let configuration, AI2Configuration.isContradictory(configuration, prefix) {
      // What broken converters write: the stock class would find none of it.
      throw .refused(
        "model.tensors", at: .init(entry: first + TensorName.wordEmbeddings.text),
        expected: "the names of a Longformer, as the configuration says",
        found: "a RoBERTa's, which no Longformer class loads",
        hint: "to read it all the same, give a configuration whose model_type is roberta (--config)"
      )
    }
    let named = table.heads.flatMap { table.rows(of: $0) }.first { row in
      row.spellings.contains { $0.text.contains("{name}") }
    }
    if let named {
      let heads = names.headNames(named, prefix)
      guard heads.count < 2 else {
        throw .refused(
          "model.ambiguous", expected: "one classification head",
          found: "\(heads.count): "
            + heads.prefix(12).map { printable($0, limit: 80) }.joined(separator: ", "))
      }
      prefix.headName = heads.first
    }
    return prefix
  }

  private func noBackbone(_ table: FamilyTable) -> LFError {
    let tensors = names.tensors
    let wanted = table.rows(head: .bare, layers: 0).first?.name?.text ?? ""
    return .refused(
      "model.tensors", expected: "a tensor \(wanted), whatever stands in front of it",
      found: tensors.isEmpty
        ? "no tensors"
        : "\(tensors.count) others, as "
          + tensors.prefix(3).map { printable($0.name.text, limit: 120) }.joined(separator: ", "),
      hint: "this is not a model of the family \(table.family)")
  }

  // MARK: Configuration

  /// The configuration in Hugging Face's form, whoever wrote it.
  func huggingFaceJSON(
    _ table: FamilyTable, _ prefix: NamePrefix
  ) throws(LFError) -> JSONObject {
    for dialect in ConfigurationDialect.all {
      if let json = try dialect.translated(source, table, prefix) { return json }
    }
    return configuration ?? JSONObject()
  }

  /// Whether the vocabulary has to say which tokens separate and pad.
  ///
  /// Where positions count from the padding token's row, the classes' default
  /// for it is what the model was trained with, whatever its tokenizer says.
  func leavesTokensOpen(_ json: JSONObject, _ table: FamilyTable) -> Bool {
    func isOpen(_ key: String) -> Bool { (json[key] ?? .null) == .null }
    let isBERT = table.positions == .fromZero
    return (isOpen("sep_token_id") && (isBERT || isOpen("eos_token_id")))
      || (isBERT && isOpen("pad_token_id"))
  }

  // MARK: Head

  /// The head: the one that the configuration names, if any tensor of it is
  /// there; else the one with the most tensors, complete ones first. A head
  /// with a missing tensor is still that head, so that the tensor is named.
  ///
  /// - Throws: `model.head-unclear` for a layer that several heads have under
  ///   the same name, when the configuration names none of them.
  func head(
    _ table: FamilyTable, _ prefix: NamePrefix, _ json: JSONObject
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
      let own = table.ownRows(of: head)
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
    guard let best else { return .bare }
    if !best.isNamed, let others = table.headsAlike(best.head) {
      throw unclearHead(table, best.head, others, architecture)
    }
    return best.head
  }

  private func unclearHead(
    _ table: FamilyTable, _ head: ModelHead, _ others: [ModelHead], _ architecture: String
  ) -> LFError {
    let layer = table.ownRows(of: head).first?.name?.text ?? ""
    let stem = table.classStem(modelType: configuration?["model_type"]?.stringValue)
    let classes = ([head] + others).map { stem + $0.architectureSuffix }
    return .refused(
      "model.head-unclear", at: .init(file: origin, entry: "architectures"),
      expected: "the class that \(layer) belongs to: one of \(classes.joined(separator: ", "))",
      found: architecture.isEmpty ? "nothing" : "\"\(printable(architecture, limit: 80))\"",
      hint:
        "give a configuration that names it, as in \"architectures\": [\"\(classes[0])\"], with "
        + "--config")
  }

  // MARK: The rest

  /// Everything that no row of the model claimed, by what it is.
  func rest(
    _ table: FamilyTable, _ prefix: NamePrefix, head: ModelHead, claimed: Set<Int>
  ) -> (
    unused: [(index: Int, name: TensorName, reason: String)],
    dropped: [(index: Int, reason: String)], unexpected: [TensorName]
  ) {
    var unused: [(index: Int, name: TensorName, reason: String)] = []
    var dropped: [(index: Int, reason: String)] = []
    var unexpected: [TensorName] = []
    var others: [Int: String] = [:]
    if table.hasSeveralHeads {
      for other in table.heads where other != head {
        for row in table.rows(of: other) {
          guard let index = names.find(row, prefix, table) else { continue }
          others[index] = "it belongs to another head, \(other.rawValue)"
        }
      }
    }
    for (index, tensor) in names.tensors.enumerated() where !claimed.contains(index) {
      let bare = names.bare(tensor.name, prefix, table)
      if let reason = table.dropped.first(where: { $0.name == bare })?.reason {
        dropped.append((index, reason))
      } else if table.rows(of: .bare).contains(where: { $0.canonical == bare }) {
        unused.append((index, bare, "the architecture has no pooler"))
      } else if let reason = table.unused.first(where: { $0.name == bare })?.reason {
        unused.append((index, bare, reason))
      } else if let reason = others[index] {
        unused.append((index, bare, reason))
      } else {
        unexpected.append(tensor.name)
      }
    }
    return (unused, dropped, unexpected)
  }
}
