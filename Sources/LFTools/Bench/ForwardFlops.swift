import LFEncoder
import LFFamilies

/// Floating-point operations of one forward pass, a multiply-add being two.
///
/// Products of the layers, the band and the global rows: what the mathematics
/// asks for, not what an implementation does beyond it. Sums, exponentials and
/// norms, which grow with the width and not with its square, are left out.
struct ForwardFlops {
  let settings: ModelConfiguration
  let batch: Int
  let length: Int
  /// Global tokens of each row.
  let globals: Int

  /// Of all parts.
  var total: Double { ForwardPart.allCases.reduce(0) { $0 + of($1) } }

  /// Of one part.
  func of(_ part: ForwardPart) -> Double {
    let tokens = Double(batch * length)
    let hidden = Double(settings.hiddenSize)
    let layers = Double(settings.attention.count)
    switch part {
    case .embeddings, .layerNorm: return 0
    case .queryKeyValue: return layers * tokens * 2 * 3 * hidden * hidden
    case .attentionOutput: return layers * tokens * 2 * hidden * hidden
    case .feedForward:
      return layers * tokens * 2 * 2 * hidden * Double(settings.intermediateSize)
    case .fullAttention, .bandAttention, .sparseAttention:
      return settings.attention.indices.filter { settings.attention[$0].part == part }
        .reduce(0) { $0 + local(layer: $1) }
    case .globalAttention:
      return Double(globalLayers) * Double(batch * globals) * 4 * Double(length) * hidden
    }
  }

  /// Scores and contexts of all tokens that attend locally in one layer.
  private func local(layer: Int) -> Double {
    let rule = settings.attention[layer].rule
    let heads = settings.headCount
    let keys = (0..<heads).reduce(0.0) { $0 + rule.countedKeys(head: $1, length: length) }
    let perQuery =
      keys / Double(heads) + Double(settings.hasGlobalTokens(layer: layer) ? globals : 0)
    return Double(batch * length) * 4 * perQuery * Double(settings.hiddenSize)
  }

  private var globalLayers: Int {
    settings.attention.indices.count { settings.hasGlobalTokens(layer: $0) }
  }
}
