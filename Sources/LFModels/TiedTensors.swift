package import LFCore
package import LFFamilies

/// Looks whether tensors that should be one are: never trusted by name.
package enum TiedTensors {
  /// Canonical names of tied tensors whose bytes differ from their original's.
  package static func differing(
    _ model: RecognizedModel, _ source: any TensorSource
  ) throws(LFError) -> Set<TensorName> {
    var result: Set<TensorName> = []
    for tensor in model.tensors {
      guard let original = tensor.row.tiedTo.flatMap({ model.tensor($0) }),
        let first = tensor.index, let second = original.index, first != second
      else { continue }
      if tensor.descriptor.elementType != original.descriptor.elementType {
        result.insert(tensor.descriptor.name)
      } else if try !ByteComparison.areEqual(source, first, source, second) {
        result.insert(tensor.descriptor.name)
      }
    }
    return result
  }
}
