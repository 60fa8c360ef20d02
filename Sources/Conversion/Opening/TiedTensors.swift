package import ModelFamilies
package import TensorCore

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
      } else if try !equalBytes(source, first, source, second) {
        result.insert(tensor.descriptor.name)
      }
    }
    return result
  }

  /// Whether two tensors of equal size hold the same bytes.
  static func equalBytes(
    _ left: any TensorSource, _ leftIndex: Int, _ right: any TensorSource, _ rightIndex: Int
  ) throws(LFError) -> Bool {
    let count = left.tensors[leftIndex].byteCount
    guard count == right.tensors[rightIndex].byteCount else { return false }
    let block = 4 << 20
    for start in stride(from: 0, to: count, by: block) {
      let range = start..<min(start + block, count)
      if try left.bytes(leftIndex, range: range) != right.bytes(rightIndex, range: range) {
        return false
      }
    }
    return true
  }
}
