/// Gain and shift of a LayerNorm, each [1, H].
struct NormWeights: Sendable {
  let gain: Matrix  // [1, H]
  let shift: Matrix  // [1, H]
}
