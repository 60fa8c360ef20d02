/// How the states of a text's tokens become one vector.
public enum Pooling: String, Sendable, CaseIterable {
  /// What sentence-transformers' files beside the model say
  /// (`modules.json`, `1_Pooling/config.json`); without them the mean.
  case auto
  /// The first token's state.
  case cls
  /// The mean of all tokens, special ones among them, as in sentence-transformers.
  case mean
  /// Of every number the largest one of all tokens.
  case max
  /// No vector: the states of all tokens, one behind the other.
  case none
}

/// Which tokens see, and are seen by, all others of a text.
///
/// Models without global tokens (RoBERTa, BERT) have none whatever is chosen
/// automatically; there `first` is refused.
public enum GlobalTokens: String, Sendable, CaseIterable {
  /// The first token where it alone stands for the text: with `Pooling.cls`, and
  /// for the labels of a text, as in Hugging Face's
  /// `LongformerForSequenceClassification`. None otherwise, as in its bare
  /// `LongformerModel` and the heads for tokens. Unlike there and in line with
  /// this, the `cls` pooling of sentence-transformers' files counts too.
  case auto
  /// No token.
  case none
  /// The first token.
  case first
}

/// A pooling that sentence-transformers' files can ask for, in the order in which
/// several of them are put one behind the other.
enum PoolingMode: String, CaseIterable {
  case cls
  case max
  case mean
  case meanSqrt = "mean_sqrt_len_tokens"
  case weightedMean = "weightedmean"
  case lastToken = "lasttoken"

  /// Its flag in `1_Pooling/config.json`.
  var flag: String {
    switch self {
    case .cls: "pooling_mode_cls_token"
    case .lastToken: "pooling_mode_lasttoken"
    case .max: "pooling_mode_max_tokens"
    case .mean: "pooling_mode_mean_tokens"
    case .meanSqrt: "pooling_mode_mean_sqrt_len_tokens"
    case .weightedMean: "pooling_mode_weightedmean_tokens"
    }
  }

  /// The pooled vector, [H].
  ///
  /// Sums are made in float64, token after token, and rounded once.
  ///
  /// - Parameter states: [S, H], without padding; S is 1 or more.
  func pooled(_ states: [Float], width: Int) -> [Float] {
    let count = width > 0 ? states.count / width : 0
    switch self {
    case .cls: return Array(states.prefix(width))
    case .lastToken: return Array(states.suffix(width))
    case .max:
      var result = Array(states.prefix(width))
      for start in stride(from: width, to: states.count, by: width) {
        for column in 0..<width {
          result[column] = Swift.max(result[column], states[start + column])
        }
      }
      return result
    case .mean: return sum(states, width).map { Float($0 / Double(count)) }
    case .meanSqrt: return sum(states, width).map { Float($0 / Double(count).squareRoot()) }
    case .weightedMean:
      let total = Double(count) * Double(count + 1) / 2
      return sum(states, width) { Double($0 + 1) }.map { Float($0 / total) }
    }
  }

  private func sum(
    _ states: [Float], _ width: Int, weight: (Int) -> Double = { _ in 1 }
  ) -> [Double] {
    var result = [Double](repeating: 0, count: width)
    for (token, start) in stride(from: 0, to: states.count, by: width).enumerated() {
      let weight = weight(token)
      for column in 0..<width { result[column] += weight * Double(states[start + column]) }
    }
    return result
  }
}

/// Makes each row as long as 1, as torch's `normalize` does: a row that is
/// shorter than 1e-12 is divided by that.
///
/// - Parameter values: [rows, width].
func normalized(_ values: [Float], width: Int) -> [Float] {
  var result = values
  for start in stride(from: 0, to: values.count, by: width) {
    let row = start..<min(values.count, start + width)
    let square = values[row].reduce(0) { $0 + Double($1) * Double($1) }
    let length = max(square.squareRoot(), 1e-12)
    for place in row { result[place] = Float(Double(values[place]) / length) }
  }
  return result
}
