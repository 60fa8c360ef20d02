package import LFFamilies
import Synchronization

/// Adds up the time that threads spend in each part of a forward pass.
package final class PartClock: Sendable {
  private let sums = Mutex<[ForwardPart: Duration]>([:])

  /// A clock at zero.
  package init() {}

  /// Time in a part, summed over threads.
  package func time(of part: ForwardPart) -> Duration {
    sums.withLock { $0[part] ?? .zero }
  }

  /// Runs something and counts its time.
  func time<Result>(_ part: ForwardPart, _ body: () -> Result) -> Result {
    let start = ContinuousClock.now
    defer {
      let spent = ContinuousClock.now - start
      sums.withLock { $0[part, default: .zero] += spent }
    }
    return body()
  }
}

/// A part of the forward pass whose time can be told apart.
package enum ForwardPart: String, CaseIterable, Sendable {
  /// Sums of table rows, and their LayerNorm.
  case embeddings
  /// The product that makes query, key and value of every token.
  case queryKeyValue = "query_key_value"
  /// Scores, softmax and weighted values of tokens with local attention.
  case bandAttention = "band_attention"
  /// The same where every token sees every other.
  case fullAttention = "full_attention"
  /// The same of all other patterns.
  case sparseAttention = "sparse_attention"
  /// The same of global tokens, their projections included.
  case globalAttention = "global_attention"
  /// The product after the attention.
  case attentionOutput = "attention_output"
  /// The two products of the feed-forward part, and the activation between them.
  case feedForward = "feed_forward"
  /// Biases, residuals and LayerNorms of the layers.
  case layerNorm = "layer_norm"
}

extension AttentionPattern {
  /// The part that the time of a layer's attention counts for.
  package var part: ForwardPart {
    switch self {
    case .full: .fullAttention
    case .slidingWindow: .bandAttention
    default: .sparseAttention
    }
  }
}
