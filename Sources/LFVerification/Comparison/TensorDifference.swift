public import LFCore

/// A tensor that is not equal to what was expected, byte for byte.
public struct TensorDifference: Sendable {
  /// The name that it has, or should have.
  public let name: TensorName
  /// What is different: a type, a shape, or the first byte.
  public let reason: String
  let kind: Kind

  /// In what way a tensor is different.
  enum Kind: Sendable, Equatable {
    case missing, unexpected, shape, type
    case bytes(first: Int)
  }

  /// Compares all tensors of two sources by name.
  ///
  /// - Parameter mayBeAbsent: names that `actual` may hold beyond `expected`.
  /// - Returns: how many pairs were compared, and what differs.
  static func compare(
    _ actual: any TensorSource, with expected: any TensorSource, mayBeAbsent: Set<TensorName>
  ) throws(LFError) -> (compared: Int, differing: [TensorDifference]) {
    var indices: [TensorName: Int] = [:]
    for (index, tensor) in actual.tensors.enumerated() { indices[tensor.name] = index }
    var compared = 0
    var differing: [TensorDifference] = []
    for (index, wanted) in expected.tensors.enumerated() {
      guard let own = indices.removeValue(forKey: wanted.name) else {
        differing.append(.init(name: wanted.name, reason: "is missing", kind: .missing))
        continue
      }
      compared += 1
      if let found = try difference(actual, own, expected, index) {
        differing.append(.init(name: wanted.name, reason: found.reason, kind: found.kind))
      }
    }
    for name in indices.keys.sorted() where !mayBeAbsent.contains(name) {
      differing.append(.init(name: name, reason: "is not expected", kind: .unexpected))
    }
    return (compared, differing)
  }

  private static func difference(
    _ actual: any TensorSource, _ own: Int, _ expected: any TensorSource, _ index: Int
  ) throws(LFError) -> (reason: String, kind: Kind)? {
    let mine = actual.tensors[own]
    let wanted = expected.tensors[index]
    guard mine.shape == wanted.shape else {
      return ("has shape \(mine.shape), not \(wanted.shape)", .shape)
    }
    guard mine.elementType == wanted.elementType else {
      return (
        "has type \(mine.elementType.rawValue), not \(wanted.elementType.rawValue)", .type
      )
    }
    var offset = 0
    while offset < mine.byteCount {
      let range = offset..<min(offset + 1 << 20, mine.byteCount)
      let left = try actual.bytes(own, range: range)
      let right = try expected.bytes(index, range: range)
      if left != right {
        let place = zip(left, right).enumerated().first { $0.element.0 != $0.element.1 }
        let first = offset + (place?.offset ?? 0)
        return ("differs from byte \(first) of \(mine.byteCount) on", .bytes(first: first))
      }
      offset = range.upperBound
    }
    return nil
  }
}
