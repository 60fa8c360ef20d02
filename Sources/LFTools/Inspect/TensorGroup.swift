import LFCore
import LFFamilies

/// The tensors of one part of a model, added up.
public struct TensorGroup: Sendable, Equatable {
  /// The part, as in "feed-forward".
  public let name: String
  /// Tensors of the part.
  public internal(set) var tensors = 0
  /// Numbers in them; a storage that several tensors share counts once.
  public internal(set) var parameters = 0
  /// Bytes of these numbers.
  public internal(set) var byteCount = 0

  /// The parts of a model, in the order in which they are told.
  static let names = [
    "position embeddings", "other embeddings", "attention", "global projections", "feed-forward",
    "head",
  ]

  /// The part that a tensor belongs to, by its canonical name or Hugging Face's.
  static func name(of tensor: TensorName) -> String {
    let text = tensor.text
    if text.contains("_global.") { return "global projections" }
    if text.contains("position_embeddings") { return "position embeddings" }
    if text.contains("embeddings.") { return "other embeddings" }
    if text.contains(".attention.") { return "attention" }
    if text.contains("encoder.") { return "feed-forward" }
    return "head"
  }

  /// The parts of a model that have any tensor.
  ///
  /// - Parameter repetitions: for each tensor whether an earlier one is the same.
  static func all(
    _ model: RecognizedModel, _ tensors: [TensorDescriptor], repetitions: [Bool]
  ) -> [TensorGroup] {
    var canonical: [Int: TensorName] = [:]
    for tensor in model.tensors {
      if let index = tensor.index { canonical[index] = tensor.descriptor.name }
    }
    for unused in model.unused { canonical[unused.index] = unused.name }
    var groups = names.map { TensorGroup(name: $0) }
    // What is no weight belongs to no part.
    for (index, tensor) in tensors.enumerated() {
      guard let name = canonical[index],
        let place = names.firstIndex(of: Self.name(of: name))
      else { continue }
      groups[place].tensors += 1
      guard !repetitions[index] else { continue }
      groups[place].parameters += tensor.shape.elementCount
      groups[place].byteCount += tensor.byteCount
    }
    return groups.filter { $0.tensors > 0 }
  }

  /// A member of "groups".
  var json: JSONValue {
    .object(
      JSONObject([
        ("name", .string(name)), ("tensors", JSONValue(tensors)),
        ("parameters", JSONValue(parameters)), ("bytes", JSONValue(byteCount)),
      ]))
  }
}
