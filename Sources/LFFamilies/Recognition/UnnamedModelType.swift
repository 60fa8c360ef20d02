import LFCore

/// The model type of a configuration that does not state it, as before 2020.
struct UnnamedModelType {
  let modelType: String
  /// What it was concluded from, for the user.
  let note: String

  /// Looks at the class that the configuration names, then at the tensors.
  ///
  /// - Throws: `config.value` when neither tells one type.
  init(names: NameLookup, configuration: JSONObject, origin: String?) throws(LFError) {
    let missing = "the configuration has no model_type"
    if let name = configuration["architectures"]?.arrayValue?.first?.stringValue,
      let type = try FamilyTable.modelType(ofClass: name)
    {
      modelType = type
      note = "\(missing): by its class \(printable(name, limit: 80)) it is a \(type)"
      return
    }
    var found: [(modelType: String, because: String)] = []
    for table in try FamilyTable.all() where table.dialect != .fairseq {
      guard let type = table.modelTypes.first?.modelType,
        let because = try Self.evidence(names, table)
      else { continue }
      found.append((type, because))
    }
    guard found.count == 1, let only = found.first else {
      let what =
        found.isEmpty
        ? "nothing, and tensors that several types have"
        : "nothing, and tensors of \(found.map(\.modelType).joined(separator: " and "))"
      throw .refused(
        "config.value", at: .init(file: origin, entry: "model_type"),
        expected: "the name of a model type", found: what,
        hint: "give a configuration that states it, as in \"model_type\": \"bert\", with --config")
    }
    modelType = only.modelType
    note =
      "\(missing): by its tensor \(printable(only.because, limit: 120)) it is a \(only.modelType)"
  }

  /// A tensor that only this family's models have: one under its prefix, or one
  /// of a layer whose names are its own.
  private static func evidence(
    _ names: NameLookup, _ table: FamilyTable
  ) throws(LFError) -> String? {
    let others = try FamilyTable.all().filter { $0.family != table.family }
    let layers = table.layerRows.filter { row in
      !others.contains { $0.layerRows.contains { $0.name == row.name } }
    }
    for backbone in names.backbones(table) {
      let prefix = NamePrefix(backbone: backbone, familyPrefixes: table.prefixes)
      let isOwn = !prefix.family.isEmpty && prefix.family == table.prefixes.first
      let rows = layers.map { $0.inLayer(0) } + (isOwn ? table.embeddingRows : [])
      for row in rows {
        if let index = names.find(row, prefix, table) { return names.tensors[index].name.text }
      }
    }
    return nil
  }
}
