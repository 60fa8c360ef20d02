import LFCore

/// Looks through values of a state dictionary that are no tensors.
///
/// Each value is looked at once, however many entries share it: a few bytes
/// could have a long list looked through a million times.
struct InertValues {
  private let graph: PickleGraph
  private var seen: Set<PickleReference> = []

  init(_ graph: PickleGraph) { self.graph = graph }

  /// Checks that nothing in there is a tensor or of an unknown class.
  ///
  /// A tensor would be left out silently, and an unknown class might mean
  /// anything, also one.
  mutating func check(_ roots: [PickleReference]) throws(LFError) {
    var pending: [PickleReference] = []
    for root in roots where seen.insert(root).inserted { pending.append(root) }
    while let reference = pending.popLast() {
      if TensorRecords.isTensor(reference, in: graph) {
        let kind = graph.callable(reference).flatMap { PyTorchGlobals.foreignTensors[$0.text] }
        if let kind {
          throw .unsupported("pytorch.tensor-kind", "\(kind) tensors are not supported")
        }
        throw .refused(
          "pytorch.nested-tensor", expected: "tensors directly under their names",
          found: "one inside another value",
          hint: "if this is a dictionary of its own, name it with --key, as in a/b")
      }
      switch graph[reference] {
      case .persistent:
        throw .refused(
          "pytorch.nested-tensor", expected: "tensors directly under their names",
          found: "a storage without a tensor")
      case .global:
        let name = graph.global(reference)?.text ?? ""
        guard PyTorchGlobals.inert.contains(name) || PyTorchGlobals.elementType(name) != nil else {
          throw .refused(
            "pytorch.unknown-global", expected: "no class or function but those of plain tensors",
            found: printable(name, limit: 200),
            hint: "nothing of it was called; save a plain state_dict() to convert the model")
        }
      default: break
      }
      for child in graph.children(reference) where seen.insert(child).inserted {
        pending.append(child)
      }
    }
  }
}
