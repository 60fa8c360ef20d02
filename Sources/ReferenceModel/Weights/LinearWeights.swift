/// A linear layer as it is stored: y = x·weightᵀ + bias.
struct LinearWeights: Sendable {
  let weight: Matrix  // [out, in]
  let bias: Matrix  // [1, out]

  /// A block of outputs.
  func outputs(_ range: Range<Int>) -> LinearWeights {
    LinearWeights(weight: weight.rows(range), bias: bias.columns(range))
  }
}
