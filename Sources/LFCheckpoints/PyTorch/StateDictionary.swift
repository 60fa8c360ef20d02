import LFCore

/// The dictionary of a checkpoint that maps names to tensors.
struct StateDictionary {
  private let archive: PyTorchArchive
  private let reference: PickleReference
  private let pairs: [PickleDictionary.Pair]

  /// Keys under which programs put a model's state.
  private static let usualKeys: Set<String> = [
    "state_dict", "model", "module", "model_state_dict", "model_state", "net", "network",
    "weights", "params", "params_ema", "model_ema", "ema_state_dict",
  ]

  // MARK: Finding it

  /// The state dictionary that is meant.
  ///
  /// - Parameter key: what the user said: a key of the file's object, a path of
  ///   keys (`a/b`), or `.` for the object itself.
  static func find(
    in archive: PyTorchArchive, key: String?, limits: Limits
  ) throws(LFError) -> StateDictionary {
    let graph = archive.graph
    guard let root = PickleDictionary.pairs(graph.root, in: graph) else {
      throw notADictionary(graph)
    }
    if let key { return try selected(key, root: root, in: archive) }
    var candidates: [(key: String, reference: PickleReference, pairs: [PickleDictionary.Pair])] = []
    let own = root.filter { TensorRecords.isTensor($0.value, in: graph) }.count
    if own > 0 { candidates.append((".", graph.root, root)) }
    // Many keys may share one long dictionary.
    var budget = 4 * limits.pickleValues
    for pair in root {
      guard let key = graph.text(pair.key),
        let pairs = PickleDictionary.pairs(pair.value, in: graph)
      else { continue }
      budget -= pairs.count
      guard budget >= 0 else {
        throw .refused(
          "pickle.values", expected: "dictionaries of at most \(4 * limits.pickleValues) entries",
          found: "more")
      }
      guard
        pairs.contains(where: { TensorRecords.isTensor($0.value, in: graph) })
      else { continue }
      candidates.append((key, pair.value, pairs))
    }
    let usual = candidates.filter { $0.key == "." || usualKeys.contains($0.key) }
    if !usual.isEmpty { candidates = usual }
    guard let chosen = candidates.first else { throw none(root, graph) }
    guard candidates.count == 1 else {
      let names = candidates.prefix(12).map { "\"\(printable($0.key, limit: 80))\"" }
      throw .refused(
        "pytorch.ambiguous", expected: "one dictionary of tensors",
        found: "\(candidates.count): " + names.joined(separator: ", "),
        hint: "say which one with --key; \".\" stands for the whole file")
    }
    return StateDictionary(archive: archive, reference: chosen.reference, pairs: chosen.pairs)
  }

  private static func selected(
    _ key: String, root: [PickleDictionary.Pair], in archive: PyTorchArchive
  ) throws(LFError) -> StateDictionary {
    let graph = archive.graph
    if key == "." { return StateDictionary(archive: archive, reference: graph.root, pairs: root) }
    // A key of the object goes before a path, should it contain a slash.
    let isKey = root.contains { graph.text($0.key) == key }
    let path = isKey ? [key] : key.split(separator: "/").map(String.init)
    var reference = graph.root
    var pairs = root
    for step in path {
      guard let next = pairs.last(where: { graph.text($0.key) == step })?.value,
        let inner = PickleDictionary.pairs(next, in: graph)
      else {
        let texts = Array(pairs.lazy.compactMap { graph.text($0.key) }.prefix(64))
        let near = nearestName(to: step, among: texts).map { printable($0, limit: 80) }
        let keys = texts.prefix(12).map { printable($0, limit: 80) }
        throw .refused(
          "pytorch.key", expected: "a dictionary under \"\(printable(step, limit: 80))\"",
          found: "none",
          hint: (near.map { "did you mean \($0)? " } ?? "") + "keys here: "
            + keys.joined(separator: ", "))
      }
      reference = next
      pairs = inner
    }
    return StateDictionary(archive: archive, reference: reference, pairs: pairs)
  }

  private static func notADictionary(_ graph: PickleGraph) -> LFError {
    if case .record = graph[graph.root], !TensorRecords.isTensor(graph.root, in: graph) {
      return wholeModule(graph.describe(graph.root))
    }
    return .refused(
      "pytorch.no-state-dictionary", expected: "a dictionary of tensors",
      found: graph.describe(graph.root))
  }

  private static func none(_ root: [PickleDictionary.Pair], _ graph: PickleGraph) -> LFError {
    for pair in root {
      guard let key = graph.text(pair.key), usualKeys.contains(key),
        case .record = graph[pair.value], PickleDictionary.pairs(pair.value, in: graph) == nil
      else { continue }
      return wholeModule("\(graph.describe(pair.value)) under \"\(key)\"")
    }
    let keys = root.prefix(12).map { pair in
      "\(printable(graph.text(pair.key) ?? "?", limit: 80)) (\(graph.describe(pair.value)))"
    }
    return .refused(
      "pytorch.no-state-dictionary", expected: "a dictionary of tensors",
      found: "none, also not under the keys of the file",
      hint: keys.isEmpty
        ? nil
        : "name a dictionary further inside with --key, as in a/b; the file has "
          + keys.joined(separator: ", "))
  }

  private static func wholeModule(_ what: String) -> LFError {
    .unsupported(
      "pytorch.whole-module", "the file holds \(what), not a dictionary of tensors",
      hint: "save model.state_dict() instead of the model")
  }

  // MARK: Its tensors

  /// The tensors, and remarks about entries that are none.
  func tensors(limits: Limits) throws(LFError) -> (views: [StridedView], notes: [String]) {
    let graph = archive.graph
    var records = TensorRecords(archive, limits: limits)
    var views: [StridedView] = []
    var others: [String] = []
    var names: Set<TensorName> = []
    for pair in pairs {
      guard let text = graph.text(pair.key) else {
        var found = graph.describe(pair.key)
        if case .text = graph[pair.key] { found = "one that is not UTF-8" }
        throw .refused("pytorch.name", expected: "strings as names of tensors", found: found)
      }
      let name = try TensorName(text).validated(limits: limits)
      do throws(LFError) {
        guard names.insert(name).inserted else {
          throw .refused("pytorch.duplicate-name", expected: "unique names", found: "one twice")
        }
        if TensorRecords.isTensor(pair.value, in: graph) {
          guard views.count < limits.tensors else {
            throw .refused(
              "pytorch.tensor-count", expected: "at most \(limits.tensors) tensors", found: "more")
          }
          views.append(try records.view(pair.value, name: name))
        } else {
          try records.inert.check([pair.value])
          others.append("\(printable(text, limit: 80)) (\(graph.describe(pair.value)))")
        }
      } catch {
        throw error.located(entry: text)
      }
    }
    // Attributes of the dictionary, such as _metadata, say nothing we need.
    if let states = graph.record(reference)?.states {
      do throws(LFError) {
        try records.inert.check(states)
      } catch {
        throw error.located(entry: "attributes of the dictionary")
      }
    }
    return (views, others.isEmpty ? [] : [note(others)])
  }

  private func note(_ others: [String]) -> String {
    let more = others.count > 20 ? " and \(others.count - 20) more" : ""
    return "entries that are no tensors were left out: "
      + others.prefix(20).joined(separator: ", ") + more
  }
}
