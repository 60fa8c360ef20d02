import LFCore

/// What does not fit between a checkpoint and a family table, collected so that
/// a user sees all of it at once.
struct TensorProblems {
  var missing: [TensorName] = []
  var unexpected: [TensorName] = []
  var misshapen: [(name: TensorName, text: String)] = []

  /// The error, or nil when everything fits.
  ///
  /// - Parameters:
  ///   - known: names the table knows, to suggest the nearest one.
  ///   - backbone: what stands in front of the encoder's names.
  func error(known: [TensorName], backbone: String) -> LFError? {
    var parts: [String] = []
    var details: [String] = []
    // Only for what is shown: a search for each of 65,536 names would not end.
    func list<Item>(_ title: String, _ items: [Item], _ text: (Item) -> String) {
      guard !items.isEmpty else { return }
      parts.append("\(items.count) \(title)")
      details += items.prefix(20).map { title + ": " + printable(text($0), limit: 300) }
      if items.count > 20 { details.append("… and \(items.count - 20) more \(title)") }
    }
    list("missing", missing, \.text)
    list("unexpected", unexpected) { $0.text + suggestion($0, known) }
    list("misshapen", misshapen, \.text)
    guard !parts.isEmpty else { return nil }
    var error = LFError(
      .refused, "model.tensors",
      "the tensors are not those of the configuration's model: "
        + parts.joined(separator: ", "),
      hint: hint(backbone))
    error.details = details
    return error
  }

  private func hint(_ backbone: String) -> String {
    let all = missing + unexpected + misshapen.map(\.name)
    // What lies outside of the encoder's names is left out with all else.
    if !backbone.isEmpty, !all.contains(where: { $0.hasPrefix(backbone) }) {
      return "nothing is skipped silently; --key \(printable(backbone, limit: 80)) takes the "
        + "encoder alone, without any head"
    }
    return unexpected.isEmpty && missing.isEmpty
      ? "config.json and the weights may come from different models"
      : "nothing is skipped silently: the checkpoint must hold one model and no other tensors"
  }

  private func suggestion(_ name: TensorName, _ known: [TensorName]) -> String {
    let text = Array(name.bytes.prefix(200))
    var best: (name: TensorName, distance: Int)?
    for candidate in known.prefix(4000) {
      let bound = best?.distance ?? text.count / 3 + 1
      guard abs(candidate.bytes.count - text.count) < bound else { continue }
      let distance = editDistance(text, candidate.bytes)
      if distance < bound { best = (candidate, distance) }
    }
    return best.map { " (nearest known: \($0.name))" } ?? ""
  }
}
