import Checkpoints
public import TensorCore

/// A tensor that is not equal to what was expected, byte for byte.
public struct TensorDifference: Sendable {
  public let name: TensorName
  /// What is different: a type, a shape, or the first byte.
  public let reason: String

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
    for (index, goal) in expected.tensors.enumerated() {
      guard let own = indices.removeValue(forKey: goal.name) else {
        differing.append(.init(name: goal.name, reason: "is missing"))
        continue
      }
      compared += 1
      if let reason = try difference(actual, own, expected, index) {
        differing.append(.init(name: goal.name, reason: reason))
      }
    }
    for name in indices.keys.sorted() where !mayBeAbsent.contains(name) {
      differing.append(.init(name: name, reason: "is not expected"))
    }
    return (compared, differing)
  }

  private static func difference(
    _ actual: any TensorSource, _ own: Int, _ expected: any TensorSource, _ index: Int
  ) throws(LFError) -> String? {
    let mine = actual.tensors[own]
    let goal = expected.tensors[index]
    guard mine.shape == goal.shape else { return "has shape \(mine.shape), not \(goal.shape)" }
    guard mine.elementType == goal.elementType else {
      return "has type \(mine.elementType.rawValue), not \(goal.elementType.rawValue)"
    }
    var offset = 0
    while offset < mine.byteCount {
      let range = offset..<min(offset + 1 << 20, mine.byteCount)
      let left = try actual.bytes(own, range: range)
      let right = try expected.bytes(index, range: range)
      if left != right {
        let place = zip(left, right).enumerated().first { $0.element.0 != $0.element.1 }
        return "differs from byte \(offset + (place?.offset ?? 0)) of \(mine.byteCount) on"
      }
      offset = range.upperBound
    }
    return nil
  }
}
