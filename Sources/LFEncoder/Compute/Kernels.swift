import CKernels
import LFFamilies

/// The element-wise C loops, on checked views.
///
/// `unsafe` marks the pointers that are handed to C; every extent is checked
/// here first, and no kernel keeps a pointer.
enum Kernels {
  /// x += bias. x [r, n]; bias [1, n].
  static func addBias(_ x: Matrix, _ bias: Matrix) {
    checkVector(bias, x.columns)
    unsafe lf_add_bias(x.pointer, x.rows, x.columns, x.stride, bias.pointer)
  }

  /// x = activation(x + bias). x [r, n]; bias [1, n].
  static func activate(_ x: Matrix, _ bias: Matrix?, _ activation: Activation) {
    if let bias { checkVector(bias, x.columns) }
    switch activation {
    case .gelu: unsafe lf_bias_gelu(x.pointer, x.rows, x.columns, x.stride, bias?.pointer)
    case .geluNew, .geluTanh:
      unsafe lf_bias_gelu_tanh(x.pointer, x.rows, x.columns, x.stride, bias?.pointer)
    case .relu: unsafe lf_bias_relu(x.pointer, x.rows, x.columns, x.stride, bias?.pointer)
    }
  }

  /// x = tanh(x + bias). x [r, n]; bias [1, n].
  static func tanh(_ x: Matrix, _ bias: Matrix) {
    checkVector(bias, x.columns)
    unsafe lf_bias_tanh(x.pointer, x.rows, x.columns, x.stride, bias.pointer)
  }

  /// out = LayerNorm(x + bias + residual). All [r, n], bias [1, n]; `out` may
  /// be one of the inputs.
  static func layerNorm(
    _ x: Matrix, bias: Matrix? = nil, residual: Matrix? = nil, norm: NormWeights,
    epsilon: Double, into out: Matrix
  ) {
    checkVector(norm.gain, x.columns)
    checkVector(norm.shift, x.columns)
    if let bias { checkVector(bias, x.columns) }
    precondition(out.rows == x.rows && out.columns == x.columns)
    precondition(residual == nil || residual!.rows == x.rows && residual!.columns == x.columns)
    unsafe lf_layer_norm(
      out.pointer, out.stride, x.pointer, x.stride, bias?.pointer, residual?.pointer,
      residual?.stride ?? 0, norm.gain.pointer, norm.shift.pointer, epsilon, x.rows, x.columns)
  }

  /// out = a + b + c, each [1, n].
  static func add(_ a: Matrix, _ b: Matrix, _ c: Matrix, into out: Matrix) {
    for part in [a, b, c] { checkVector(part, out.columns) }
    precondition(out.rows == 1)
    unsafe lf_add3(out.pointer, a.pointer, b.pointer, c.pointer, out.columns)
  }

  /// y += factor·x, both [1, n].
  static func add(_ x: Matrix, scaled factor: Float, to y: Matrix) {
    checkVector(x, y.columns)
    precondition(y.rows == 1)
    unsafe lf_add_scaled(y.pointer, x.pointer, factor, y.columns)
  }

  /// x[r] /= divisors[r], or 0 where that is 0. x [r, n]; divisors [1, ≥ r].
  static func divideRows(_ x: Matrix, by divisors: Matrix) {
    precondition(divisors.rows == 1 && divisors.columns >= x.rows)
    unsafe lf_divide_rows(x.pointer, x.rows, x.columns, x.stride, divisors.pointer)
  }

  /// Unnormalised softmax of every row over what it may see; see `lf_softmax`.
  ///
  /// - Parameters:
  ///   - scores: [m, outside + band].
  ///   - outside: columns in front, of keys that are not in the band.
  ///   - first: first band column of row 0; row i begins i further on.
  ///   - width: band columns that a row sees.
  ///   - limits: for each row the columns in front that it sees; nil for all.
  ///   - bias: [1, outside + band], 0 or −∞; nil for zeros.
  ///   - maxima: [1, ≥ m], receives the maxima.
  ///   - sums: [1, ≥ m], receives the sums of the weights.
  static func softmax(
    _ scores: Matrix, outside: Int, first: Int, width: Int, limits: [Int64]?, bias: Matrix?,
    maxima: Matrix, sums: Matrix
  ) {
    precondition(outside >= 0 && outside <= scores.columns && width >= 0)
    precondition(limits == nil || limits!.count == scores.rows && limits!.allSatisfy { $0 >= 0 })
    precondition(maxima.rows == 1 && sums.rows == 1)
    precondition(maxima.columns >= scores.rows && sums.columns >= scores.rows)
    if let bias { checkVector(bias, scores.columns) }
    unsafe lf_softmax(
      scores.pointer, scores.rows, scores.stride, outside, scores.columns - outside, first, width,
      limits, bias?.pointer, maxima.pointer, sums.pointer)
  }

  private static func checkVector(_ vector: Matrix, _ columns: Int) {
    precondition(vector.rows == 1 && vector.columns == columns)
  }
}
