public import LFCore
import LFFamilies
public import LFModels

/// Two models compared with each other, tensor by tensor.
///
/// Where both are models their tensors are paired by meaning, so that the same
/// model in fairseq's names and in Hugging Face's comes out as equal; elsewhere
/// they are paired by name.
public struct ModelComparison: Sendable {
  /// Families of the two when tensors were paired by meaning; nil when they were
  /// paired by name, since one of the two makes up no known model.
  public let families: (String, String)?
  /// Names that only the first has.
  public let onlyInFirst: [TensorName]
  /// Names that only the second has.
  public let onlyInSecond: [TensorName]
  /// Pairs that are not equal, the largest difference first.
  public let differing: [TensorDistance]
  /// Pairs that were compared.
  public let compared: Int
  /// What a conversion changed, where one side looks like the other converted.
  public let conversion: ConversionTrace?

  /// Whether every tensor is there twice, with the same bytes.
  public var isEqual: Bool {
    onlyInFirst.isEmpty && onlyInSecond.isEmpty && differing.isEmpty
  }

  /// Pairs with the same bytes.
  public var equalCount: Int { compared - differing.count }

  /// Opens and compares two models.
  ///
  /// - Parameter progress: called with how far it is, from 0 to 1, and the bytes of
  ///   the first model's tensors, which are all to be compared.
  /// - Throws: errors of opening and reading either of them.
  public init(
    _ first: String, _ second: String, options: OpenOptions = OpenOptions(),
    progress: (_ done: Double, _ bytes: Int) -> Void = { _, _ in }
  ) throws(LFError) {
    let (left, right) = try ComparedModel.pair(
      try OpenedModel.open(first, options: options), try OpenedModel.open(second, options: options)
    )
    let total = max(1, left.source.tensors.reduce(0) { $0 + $1.byteCount })
    var done = 0
    var seen: Set<TensorName> = []
    var onlyInFirst: [TensorName] = []
    var differing: [TensorDistance] = []
    for (index, tensor) in left.source.tensors.enumerated() {
      progress(Double(done) / Double(total), total)
      done += tensor.byteCount
      guard let other = right.index(tensor.name) else {
        onlyInFirst.append(tensor.name)
        continue
      }
      seen.insert(tensor.name)
      if let distance = try TensorDistance(left.source, index, right.source, other) {
        differing.append(distance)
      }
    }
    progress(1, total)
    self.onlyInFirst = onlyInFirst
    onlyInSecond = right.source.tensors.map(\.name).filter { !seen.contains($0) }.sorted()
    self.differing = differing.sorted { $0.isLarger(than: $1) }
    compared = seen.count
    if let first = left.model, let second = right.model {
      families = (first.configuration.family, second.configuration.family)
    } else {
      families = nil
    }
    conversion = try ConversionTrace.between(
      left, right, differing: differing, onlyInFirst: onlyInFirst, onlyInSecond: onlyInSecond)
  }

  /// The object that `--json` prints.
  public var json: JSONObject {
    func names(_ list: [TensorName]) -> JSONValue { .array(list.map { .string($0.text) }) }
    var object = JSONObject([
      ("schema", "lfconv.diff/1"),
      ("equal", .bool(isEqual)),
      ("matched_by", .string(families == nil ? "name" : "meaning")),
      ("compared", JSONValue(compared)),
      ("only_in_a", names(onlyInFirst)),
      ("only_in_b", names(onlyInSecond)),
      (
        "differing",
        .array(
          differing.map {
            var object = $0.json
            if let change = conversion?.change(of: $0.name) {
              object["change"] = .string(change.rawValue)
            }
            return .object(object)
          })
      ),
    ])
    if let families { object["families"] = [.string(families.0), .string(families.1)] }
    object["conversion"] = conversion.map { .object($0.json) }
    return object
  }
}
