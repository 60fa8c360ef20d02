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
    case missing, unexpected, shape, type, digest
    case bytes(first: Int)
  }

  /// What was found when two tensors of one name were compared.
  struct Finding {
    let reason: String
    let kind: Kind

    init(_ reason: String, _ kind: Kind) {
      self.reason = reason
      self.kind = kind
    }
  }

  init(_ name: TensorName, _ finding: Finding) {
    self.name = name
    reason = finding.reason
    kind = finding.kind
  }

  /// Compares all tensors of a source with the expected ones, by name.
  ///
  /// - Parameter mayBeAbsent: names that `actual` may hold beyond `expected`.
  /// - Returns: how many pairs were compared, and what differs.
  static func compare(
    _ actual: any TensorSource, with expected: ExpectedTensors, mayBeAbsent: Set<TensorName>,
    threads: Int
  ) throws(LFError) -> (compared: Int, differing: [TensorDifference]) {
    var indices: [TensorName: Int] = [:]
    for (index, tensor) in actual.tensors.enumerated() { indices[tensor.name] = index }
    let wanted = expected.tensors
    let pairs = wanted.enumerated().compactMap { index, tensor in
      indices.removeValue(forKey: tensor.name).map { (own: $0, index: index) }
    }
    let digests = try digests(actual, expected, pairs, threads: threads)
    var findings: [Int: Finding] = [:]
    for pair in pairs {
      findings[pair.index] = try expected.difference(
        pair.index, from: actual, pair.own, digest: digests[pair.own])
    }
    let present = Set(pairs.map(\.index))
    var differing = wanted.indices.compactMap { index -> TensorDifference? in
      guard present.contains(index) else {
        return TensorDifference(wanted[index].name, .init("is missing", .missing))
      }
      return findings[index].map { TensorDifference(wanted[index].name, $0) }
    }
    for name in indices.keys.sorted() where !mayBeAbsent.contains(name) {
      differing.append(TensorDifference(name, .init("is not expected", .unexpected)))
    }
    return (pairs.count, differing)
  }

  /// Digests of the source's tensors, taken on several threads where digests
  /// are compared and the sizes agree.
  private static func digests(
    _ actual: any TensorSource, _ expected: ExpectedTensors, _ pairs: [(own: Int, index: Int)],
    threads: Int
  ) throws(LFError) -> [Int: String] {
    guard case .digests(let digests) = expected else { return [:] }
    let own = pairs.filter {
      actual.tensors[$0.own] == digests.entries[$0.index].descriptor
    }.map(\.own)
    let texts = try TensorDigests.texts(of: actual, own, threads: threads)
    return Dictionary(uniqueKeysWithValues: zip(own, texts))
  }
}
