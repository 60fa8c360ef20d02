import CKernels

/// Probabilities of a row of outputs, in float64 and the same on all systems.
package enum Softmax {
  /// exp(x) / Σ exp, of each output.
  package static func probabilities(_ logits: ArraySlice<Float>) -> [Double] {
    let largest = Double(logits.max() ?? 0)
    let shares = logits.map { lf_exp_double(Double($0) - largest) }
    let sum = shares.reduce(0, +)
    return shares.map { $0 / sum }
  }

  /// 1 / (1 + exp(−x)).
  package static func sigmoid(_ logit: Double) -> Double {
    let share = lf_exp_double(-abs(logit))
    return logit < 0 ? share / (1 + share) : 1 / (1 + share)
  }

  /// Places of the outputs, the largest first; of equal ones the first.
  package static func order(_ logits: ArraySlice<Float>) -> [Int] {
    let values = Array(logits)
    return values.indices.sorted { values[$0] > values[$1] || values[$0] == values[$1] && $0 < $1 }
  }
}
