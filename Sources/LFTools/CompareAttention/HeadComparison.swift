import LFCore
import LFEncoder
import LFFamilies

/// Sums over scored tokens of what a masked-LM head says under a pattern, beside
/// what it says under full attention.
struct HeadComparison {
  private var scores = TokenScores()
  private var places: [Int] = []
  private var agreeing = 0
  private var divergence = 0.0

  /// Adds tokens.
  ///
  /// - Parameters:
  ///   - features: under the pattern.
  ///   - full: of the same tokens under full attention.
  ///   - labels: ids of the vocabulary.
  ///   - positions: of the tokens.
  mutating func add(
    _ features: TokenFeatures, _ full: TokenFeatures, labels: [Int], positions: [Int],
    model: EncoderModel
  ) throws(LFError) {
    places += positions
    let vocabulary = model.configuration.vocabularySize
    let step = TokenScores.step(vocabulary: vocabulary)
    for start in stride(from: 0, to: features.count, by: step) {
      let tokens = start..<min(features.count, start + step)
      let own = try model.logits(of: features, tokens: tokens).values  // [tokens, V]
      let other = try model.logits(of: full, tokens: tokens).values  // [tokens, V]
      for token in tokens {
        let row = (token - start) * vocabulary..<(token - start + 1) * vocabulary
        let (pattern, measure) = (LogitRow(own[row]), LogitRow(other[row]))
        scores.add(pattern, label: labels[token])
        if pattern.best == measure.best { agreeing += 1 }
        divergence += measure.divergence(from: pattern)
      }
    }
  }

  /// The sums as means, the loss by position too.
  func result(_ bins: PositionBins) -> PatternResult.LanguageModel? {
    let count = Double(scores.nats.count)
    guard count > 0 else { return nil }
    return PatternResult.LanguageModel(
      natsPerToken: scores.nats.reduce(0, +) / count, top1Agreement: Double(agreeing) / count,
      meanKL: divergence / count, byPosition: bins.means(places, scores.nats))
  }
}
