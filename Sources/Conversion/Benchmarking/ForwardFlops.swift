import ModelFamilies
import ReferenceModel

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
    case .embeddings, .activation, .layerNorm: return 0
    case .queryKeyValue: return layers * tokens * 2 * 3 * hidden * hidden
    case .attentionOutput: return layers * tokens * 2 * hidden * hidden
    case .feedForward:
      return layers * tokens * 2 * 2 * hidden * Double(settings.intermediateSize)
    case .fullAttention:
      let count = settings.attention.count { $0 == .full }
      return Double(count) * tokens * 4 * Double(length) * hidden
    case .bandAttention:
      return windows.reduce(0) { sum, window in
        let keys = min(Double(length), Double(2 * window.oneSided + 1)) + Double(globals)
        return sum + tokens * 4 * keys * hidden
      }
    case .globalAttention:
      return Double(windows.count) * Double(batch * globals) * 4 * Double(length) * hidden
    }
  }

  private var windows: [SlidingWindow] {
    settings.attention.compactMap { pattern in
      if case .slidingWindow(let window) = pattern { return window }
      return nil
    }
  }
}
