import LFCore
import LFEncoder
import LFFamilies

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

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
        add(LogitRow(row), label: labels[token])
      }
    }
  }

  /// Adds one token.
  mutating func add(_ row: LogitRow, label: Int) {
    nats.append(row.loss(of: label))
    isBest.append(row.best == label)
  }
}

/// The logits of one token over the vocabulary, [V], and what its softmax needs.
struct LogitRow {
  private let logits: ArraySlice<Float>
  /// Place of the largest logit; of equal ones the first.
  let best: Int
  /// ln Σ exp(x), in float64.
  private let logSum: Double

  init(_ logits: ArraySlice<Float>) {
    self.logits = logits
    var largest = -Float.infinity
    var best = 0
    for (place, value) in logits.enumerated() where value > largest {
      largest = value
      best = place
    }
    self.best = best
    let top = Double(largest)
    logSum = log(logits.reduce(0) { $0 + exp(Double($1) - top) }) + top
  }

  /// −ln of a token's probability.
  func loss(of label: Int) -> Double { logSum - Double(logits[logits.startIndex + label]) }

  /// Σ p·ln(p/q), where p are this row's probabilities and q another's.
  func divergence(from other: LogitRow) -> Double {
    zip(logits, other.logits).reduce(0) { sum, pair in
      let log = Double(pair.0) - logSum
      return sum + exp(log) * (log - (Double(pair.1) - other.logSum))
    }
  }
}
