import LFContainer
import LFCore
import LFFamilies
import LFModels

/// Whether a Longformer's global projections are still what a conversion made
/// them: copies of the local ones.
///
/// Masked-LM training without global tokens leaves them behind, while training
/// on a task with global tokens moves them.
public enum GlobalProjections: Sendable, Equatable {
  /// Every one equals the local one, byte for byte.
  case copies
  /// They differ in these layers, counted from 0.
  case trained(layers: [Int])

  /// Compares them; nil for a model without any.
  init?(_ model: RecognizedModel, _ opened: OpenedModel) throws(LFError) {
    var layers: Set<Int> = []
    var hasAny = false
    let container = opened.isWholeContainer ? opened.container : nil
    for tensor in model.tensors {
      guard let original = tensor.row.copiedFrom.flatMap({ model.tensor($0) }),
        let global = tensor.index, let local = original.index,
        let layer = Self.layer(of: tensor.descriptor.name)
      else { continue }
      hasAny = true
      // One difference tells of the layer; what a container stores once is equal.
      guard !layers.contains(layer), container?.shareContent(global, local) != true else {
        continue
      }
      let isEqual =
        tensor.descriptor.elementType == original.descriptor.elementType
        ? try ByteComparison.areEqual(opened.source, global, opened.source, local) : false
      if !isEqual { layers.insert(layer) }
    }
    guard hasAny else { return nil }
    self = layers.isEmpty ? .copies : .trained(layers: layers.sorted())
  }

  /// The number in `encoder.layer.3.attention…`.
  private static func layer(of name: TensorName) -> Int? {
    name.text.split(separator: ".").lazy.compactMap { Int($0) }.first
  }

  /// The member "global_projections".
  var json: JSONValue {
    switch self {
    case .copies: .object(JSONObject([("equal_local", true), ("differing_layers", .array([]))]))
    case .trained(let layers):
      .object(
        JSONObject([
          ("equal_local", false), ("differing_layers", .array(layers.map { JSONValue($0) })),
        ]))
    }
  }
}
