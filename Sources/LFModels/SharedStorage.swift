import LFContainer
package import LFCore

/// Tensors that are one storage under several names.
///
/// Not those that only have equal values: a Longformer's global projections are
/// weights of their own, even when a container stores them with the local ones.
package enum SharedStorage {
  /// For each tensor of a model's source, whether an earlier one is the same.
  package static func repetitions(_ opened: OpenedModel) throws(LFError) -> [Bool] {
    let tensors = opened.source.tensors
    if opened.isWholeContainer, let stored = try opened.container?.composedTensors() {
      // A container says which tensors are one by the model's meaning.
      let names = Set(tensors.map(\.name))
      return stored.map { tensor in tensor.tiedTo.map { names.contains($0) } ?? false }
    }
    var seen: Set<StoragePlace> = []
    return tensors.indices.map { index in
      guard tensors[index].byteCount > 0, let place = opened.source.place(index) else {
        return false
      }
      return !seen.insert(place).inserted
    }
  }
}
