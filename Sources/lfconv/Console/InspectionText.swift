import LFContainer
import LFConversion
import LFCore
import LFEncoder
import LFFamilies
import LFTools

/// An inspection as text for people.
enum InspectionText {
  static func summary(_ inspection: Inspection) -> [String] {
    var lines = [row("path", "\(printable(inspection.path))  (\(inspection.format))")]
    if let model = inspection.model?.configuration {
      lines += self.model(model)
      lines += projections(inspection)
    } else if let problem = inspection.problem {
      lines.append(
        row(
          "model",
          "not recognised: \(printable(([problem.message] + problem.details).joined(separator: "; "), limit: 600))"
        ))
    }
    let count = inspection.tensors.count
    lines.append(
      row(
        "tensors",
        "\(count) with "
          + "\(millions(inspection.parameterCount)) parameters, \(types(inspection))"))
    let shared = inspection.sharedTensors
    if !shared.isEmpty {
      let names = shared.prefix(4).map { printable($0.name.text) }.joined(separator: ", ")
      let rest = shared.count > 4 ? " and \(shared.count - 4) more" : ""
      lines.append(row("shared", "\(names)\(rest): the storage of another tensor, counted once"))
    }
    let raw = inspection.rawBytes
    var size = "\(inspection.fileBytes.byteText) for \(raw.byteText) of tensors"
    if raw > 0 {
      size += ": \((Double(inspection.fileBytes) / Double(raw) * 100).rounded3) %"
    }
    lines.append(row("size", size))
    if inspection.storage == nil {
      for group in inspection.groups {
        lines.append(
          row(
            "part",
            "\(group.name): \(group.byteCount.byteText), \(millions(group.parameters)) parameters"))
      }
    }
    lines += memory(inspection)
    lines += storage(inspection)
    lines.append(
      row(
        "tokens",
        inspection.tokenizerFiles.isEmpty
          ? "no tokenizer"
          : "tokenizer in " + inspection.tokenizerFiles.joined(separator: ", ")))
    if !inspection.files.isEmpty {
      let files = inspection.files.map { "\(printable($0.name)) (\($0.byteCount.byteText))" }
      lines.append(row("files", files.joined(separator: ", ")))
    }
    for entry in inspection.provenance {
      lines.append(row("made", printable("\(entry.key): \(entry.value)", limit: 300)))
    }
    return lines
  }

  /// A line a tensor: name, element type, shape.
  static func tensors(_ inspection: Inspection) -> [String] {
    let width = min(90, inspection.tensors.map { $0.name.text.count }.max() ?? 0)
    return inspection.tensors.map { tensor in
      row(
        "tensor",
        printable(tensor.name.text).padding(to: width) + "  "
          + tensor.elementType.rawValue.padding(to: 4) + "  " + tensor.shape.description)
    }
  }

  private static func model(_ model: ModelConfiguration) -> [String] {
    let architecture = model.json["architectures"]?.arrayValue?.first?.stringValue ?? model.family
    var lines = [
      row(
        "model",
        "\(printable(architecture, limit: 80)) (\(model.family), head: \(model.head.rawValue))"),
      row(
        "sizes",
        "\(model.layerCount.counted("layer")) × \(model.hiddenSize), \(model.headCount.counted("head")), "
          + "\(model.intermediateSize) between, vocabulary \(model.vocabularySize)"),
      row(
        "input",
        "longest input \(model.longestInput.counted("token")) (\(model.positionCount) position rows, "
          + "padding token \(model.paddingID))"),
    ]
    lines.append(
      row(
        "values",
        "activation \(model.activation.rawValue), epsilon \(model.layerNormEpsilon) in LayerNorms"))
    if model.head == .sequenceClassification || model.head == .tokenClassification {
      let named = model.labels.prefix(12).enumerated()
        .map { "\($0.offset) \(printable($0.element, limit: 40))" }.joined(separator: ", ")
      let rest = model.labels.count > 12 ? " and \(model.labels.count - 12) more" : ""
      lines.append(
        row("labels", named.isEmpty ? "\(model.labelCount), without names" : named + rest))
    }
    let windows = model.attentionWindows
    if let first = windows.first {
      let isSame = windows.allSatisfy { $0 == first }
      let text = isSame ? "\(first)" : windows.map(String.init).joined(separator: ", ")
      lines.append(
        row("window", "\(text) (both sides together), \(isSame ? "all layers" : "by layer")"))
    }
    return lines
  }

  /// Whether a Longformer's global projections were trained.
  private static func projections(_ inspection: Inspection) -> [String] {
    switch inspection.globalProjections {
    case nil: return []
    case .copies: return [row("global", "global projections: copies of the local ones")]
    case .trained(let layers):
      let numbers = layers.prefix(24).map(String.init).joined(separator: ", ")
      let rest = layers.count > 24 ? " and \(layers.count - 24) more" : ""
      let isAll = layers.count == inspection.model?.configuration.layerCount
      return [
        row(
          "global",
          "global projections: trained, they differ from the local ones in "
            + (isAll ? "all layers" : "\(layers.count == 1 ? "layer" : "layers") \(numbers)\(rest)")
        )
      ]
    }
  }

  /// What a forward pass at the longest input takes.
  private static func memory(_ inspection: Inspection) -> [String] {
    guard let memory = inspection.memory else { return [] }
    return [
      row(
        "memory",
        "\(memory.total.byteText) for a forward pass of \(memory.length) tokens on "
          + "\(memory.threads) \(memory.threads == 1 ? "thread" : "threads"): weights "
          + "\(memory.weights.byteText), working memory \(memory.working.byteText), outputs "
          + memory.outputs.byteText)
    ]
  }

  /// A number of parameters as models are named by it.
  private static func millions(_ count: Int) -> String {
    "\((Double(count) / 1e6).rounded3) million"
  }

  /// Where the bytes of a container went.
  private static func storage(_ inspection: Inspection) -> [String] {
    guard let storage = inspection.storage else { return [] }
    var lines: [String] = []
    for group in inspection.storageGroups {
      lines.append(
        row("stored", "\(group.name): \(group.storedBytes.byteText) for \(group.rawBytes.byteText)")
      )
    }
    let files = storage.files.reduce(0) { $0 + $1.storedBytes }
    let overhead = storage.fileBytes - storage.storedBytes
    lines.append(
      row("stored", "files: \(files.byteText); table, index and padding: \(overhead.byteText)"))
    let saved = [
      ("tiling", storage.savedByTiling), ("ties", storage.savedByTies),
      ("equal tensors", storage.savedByEquality), ("coding", storage.savedByCoding),
    ]
    let text = saved.filter { $0.1 != 0 }.map { "\($0.1.byteText) by \($0.0)" }
    if !text.isEmpty { lines.append(row("saved", text.joined(separator: ", "))) }
    return lines
  }

  private static func types(_ inspection: Inspection) -> String {
    var order: [String] = []
    for tensor in inspection.tensors where !order.contains(tensor.elementType.rawValue) {
      order.append(tensor.elementType.rawValue)
    }
    return order.joined(separator: ", ")
  }

  static func row(_ name: String, _ text: String) -> String { name.padding(to: 8) + text }
}
