import LFCore
import LFFiles
import LFModels

/// The weights that a case expects: a file with them, or their digests.
enum ExpectedTensors: Sendable {
  case weights(any TensorSource)
  case digests(TensorDigests)

  /// Opens what `expected_tensors` names: digests when it ends in `.json`, else
  /// anything that holds tensors.
  ///
  /// - Parameter boundary: what its files must lie in.
  init(_ path: String, in boundary: Boundary?) throws(LFError) {
    var options = OpenOptions()
    options.boundary = boundary
    let isDigests = path.hasSuffix(".json") && !path.hasSuffix(".index.json")
    self =
      isDigests
      ? .digests(try TensorDigests(path))
      : .weights(try OpenedModel.open(path, options: options).source)
  }

  /// Names, element types and shapes.
  var tensors: [TensorDescriptor] {
    switch self {
    case .weights(let source): source.tensors
    case .digests(let digests): digests.entries.map(\.descriptor)
    }
  }

  /// Position of a tensor, by name.
  func index(of name: TensorName) -> Int? { tensors.firstIndex { $0.name == name } }

  /// Where two tensors differ; nil when they hold the same bytes.
  ///
  /// - Parameter digest: of the source's tensor, where it is known already.
  func difference(
    _ index: Int, from source: any TensorSource, _ own: Int, digest: String? = nil
  ) throws(LFError) -> TensorDifference.Finding? {
    let mine = source.tensors[own]
    let wanted = tensors[index]
    guard mine.shape == wanted.shape else {
      return .init("has shape \(mine.shape), not \(wanted.shape)", .shape)
    }
    guard mine.elementType == wanted.elementType else {
      return .init(
        "has type \(mine.elementType.rawValue), not \(wanted.elementType.rawValue)", .type)
    }
    switch self {
    case .weights(let expected):
      guard let first = try Self.firstDifference(source, own, expected, index) else { return nil }
      return .init(
        "differs from byte \(first) of \(mine.byteCount) on", .bytes(first: first))
    case .digests(let digests):
      let expected = digests.entries[index].sha256
      let found = if let digest { digest } else { hexadecimal(try source.sha256(own)) }
      guard found != expected else { return nil }
      return .init(
        "has SHA-256 \(found.prefix(16))…, not \(expected.prefix(16))…", .digest)
    }
  }

  /// The first byte in which two tensors of one size differ.
  private static func firstDifference(
    _ left: any TensorSource, _ own: Int, _ right: any TensorSource, _ index: Int
  ) throws(LFError) -> Int? {
    let byteCount = left.tensors[own].byteCount
    var offset = 0
    while offset < byteCount {
      let range = offset..<min(offset + 1 << 20, byteCount)
      let mine = try left.bytes(own, range: range)
      let theirs = try right.bytes(index, range: range)
      if mine != theirs {
        let place = zip(mine, theirs).enumerated().first { $0.element.0 != $0.element.1 }
        return offset + (place?.offset ?? 0)
      }
      offset = range.upperBound
    }
    return nil
  }
}
