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
    case .fullAttention: return rules(withGlobalTokens: false).reduce(0) { $0 + local($1) }
    case .bandAttention: return rules(withGlobalTokens: true).reduce(0) { $0 + local($1) }
    case .globalAttention:
      return Double(rules(withGlobalTokens: true).count) * Double(batch * globals) * 4
        * Double(length) * hidden
    }
  }

  /// Scores and contexts of all tokens that attend locally in one layer.
  private func local(_ rule: any AttentionRule) -> Double {
    let heads = settings.headCount
    let keys = (0..<heads).reduce(0) { $0 + rule.mostKeys(head: $1, length: length) }
    let perQuery = Double(keys) / Double(heads) + Double(rule.hasGlobalTokens ? globals : 0)
    return Double(batch * length) * 4 * perQuery * Double(settings.hiddenSize)
  }

  private func rules(withGlobalTokens: Bool) -> [any AttentionRule] {
    settings.attention.map(\.rule).filter { $0.hasGlobalTokens == withGlobalTokens }
  }
}
