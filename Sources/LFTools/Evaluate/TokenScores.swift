import Foundation
import LFCore
import LFEncoder
import LFFamilies

/// What a model says about the tokens that are scored.
struct TokenScores: Sendable {
  /// −ln of the label's probability, in float64.
  var nats: [Double] = []
  /// Whether the label is the most probable token; of equal ones the first.
  var isBest: [Bool] = []

  /// Rows of logits in memory at a time: some megabytes for any vocabulary.
  static func step(vocabulary: Int) -> Int { max(1, min(256, (16 << 20) / max(1, vocabulary))) }

  /// Runs the decoder and compares with the labels, which are ids of the
  /// vocabulary.
  mutating func append(
    _ features: TokenFeatures, labels: [Int], model: EncoderModel
  ) throws(LFError) {
    let vocabulary = model.configuration.vocabularySize
    let step = Self.step(vocabulary: vocabulary)
    for start in stride(from: 0, to: features.count, by: step) {
      let tokens = start..<min(features.count, start + step)
      let logits = try model.logits(of: features, tokens: tokens).values  // [tokens, V]
      for token in tokens {
        let row = logits[(token - start) * vocabulary..<(token - start + 1) * vocabulary]
        let (loss, best) = Self.score(row, label: labels[token])
        nats.append(loss)
        isBest.append(best == labels[token])
      }
    }
  }

  /// The loss of one token, ln Σ exp(x) − x[label], and the largest logit's place.
  static func score(_ logits: ArraySlice<Float>, label: Int) -> (nats: Double, best: Int) {
    var largest = -Float.infinity
    var best = 0
    for (place, value) in logits.enumerated() where value > largest {
      largest = value
      best = place
    }
    let top = Double(largest)
    let sum = logits.reduce(0) { $0 + exp(Double($1) - top) }
    return (log(sum) + top - Double(logits[logits.startIndex + label]), best)
  }
}
