public import LFCore
import LFFamilies
public import LFModels

/// Two models compared with each other, tensor by tensor.
///
/// Where both are models of one family their tensors are paired by meaning, so
/// that the same model in fairseq's names and in Hugging Face's comes out as
/// equal; elsewhere they are paired by name.
public struct ModelComparison: Sendable {
  /// Names that only the first has.
  public let onlyInFirst: [TensorName]
  /// Names that only the second has.
  public let onlyInSecond: [TensorName]
  /// Pairs that are not equal, in the order of the first model.
  public let differing: [TensorDistance]
  /// Pairs that were compared.
  public let compared: Int

  /// Whether every tensor is there twice, with the same bytes.
  public var isEqual: Bool {
    onlyInFirst.isEmpty && onlyInSecond.isEmpty && differing.isEmpty
  }

  /// Opens and compares two models.
  ///
  /// - Parameter progress: called with how far it is, from 0 to 1.
  /// - Throws: errors of opening and reading either of them.
  public init(
    _ first: String, _ second: String, options: OpenOptions = OpenOptions(),
    progress: (Double) -> Void = { _ in }
  ) throws(LFError) {
    let left = try OpenedModel.open(first, options: options)
    let right = try OpenedModel.open(second, options: options)
    let sides = try Self.paired(left, right)
    var indices: [TensorName: Int] = [:]
    for (index, tensor) in sides.1.tensors.enumerated() { indices[tensor.name] = index }
    let total = max(1, sides.0.tensors.reduce(0) { $0 + $1.byteCount })
    var done = 0
    var onlyInFirst: [TensorName] = []
    var differing: [TensorDistance] = []
    var compared = 0
    for (index, tensor) in sides.0.tensors.enumerated() {
      progress(Double(done) / Double(total))
      done += tensor.byteCount
      guard let other = indices.removeValue(forKey: tensor.name) else {
        onlyInFirst.append(tensor.name)
        continue
      }
      compared += 1
      if let distance = try TensorDistance(sides.0, index, sides.1, other) {
        differing.append(distance)
      }
    }
    self.onlyInFirst = onlyInFirst
    onlyInSecond = indices.keys.sorted()
    self.differing = differing
    self.compared = compared
  }

  /// Both sides under names that can be paired.
  private static func paired(
    _ left: OpenedModel, _ right: OpenedModel
  ) throws(LFError) -> (any TensorSource, any TensorSource) {
    // What makes up no model is compared by the names that it has.
    guard let first = try left.recognizedIfKnown(), let second = try right.recognizedIfKnown(),
      first.configuration.isLongformer == second.configuration.isLongformer
    else { return (left.source, right.source) }
    return (try canonical(left, first), try canonical(right, second))
  }

  /// Canonical names, without a decoder that merely repeats what it is tied to.
  private static func canonical(
    _ opened: OpenedModel, _ model: RecognizedModel
  ) throws(LFError) -> any TensorSource {
    let untied = try TiedTensors.differing(model, opened.source)
    var composed: [ComposedTensor] = []
    for tensor in model.tensors {
      let name = tensor.descriptor.name
      if tensor.row.tiedTo != nil, !untied.contains(name) { continue }
      composed.append(try ComposedTensor(copying: tensor))
    }
    for unused in model.unused {
      let descriptor = opened.source.tensors[unused.index].renamed(unused.name)
      composed.append(
        try ComposedTensor(
          descriptor,
          parts: [.init(.source(index: unused.index, range: 0..<descriptor.byteCount))]))
    }
    return ComposedSource(base: opened.source, composed: composed)
  }

  /// The object that `--json` prints.
  public var json: JSONObject {
    func names(_ list: [TensorName]) -> JSONValue { .array(list.map { .string($0.text) }) }
    return JSONObject([
      ("schema", "lfconv.diff/1"),
      ("equal", .bool(isEqual)),
      ("compared", JSONValue(compared)),
      ("only_in_a", names(onlyInFirst)),
      ("only_in_b", names(onlyInSecond)),
      ("differing", .array(differing.map { .object($0.json) })),
    ])
  }
}
