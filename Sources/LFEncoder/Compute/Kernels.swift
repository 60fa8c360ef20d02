import CKernels
import LFFamilies

/// The C kernels, on checked views.
///
/// `unsafe` marks the pointers that are handed to C; every extent is checked
/// here first, and no kernel keeps a pointer.
enum Kernels {
  // MARK: Products

  /// out = activation(x·weightᵀ + bias (+ out)), for some outputs of a layer.
  ///
  /// - Parameters:
  ///   - x: [m, inner.count].
  ///   - outputs: from a multiple of 16 on.
  ///   - inner: the inputs that are summed, from a multiple of the layer's depth
  ///     on; nil for all. A layer whose depth is 0 takes all at once.
  ///   - bias: [1, ≥ outputs.upperBound], of output 0 on.
  ///   - out: [m, outputs.count].
  static func linear(
    _ x: Matrix, _ weight: PackedMatrix, outputs: Range<Int>, inner: Range<Int>? = nil,
    bias: Matrix? = nil, activation: lf_activation = lf_activation_none,
    accumulating: Bool = false, into out: Matrix
  ) {
    let inner = inner ?? 0..<weight.columns
    precondition(outputs.lowerBound.isMultiple(of: PackedMatrix.panel))
    precondition(outputs.lowerBound >= 0 && outputs.upperBound <= weight.rows)
    precondition(inner.lowerBound >= 0 && inner.upperBound <= weight.columns)
    precondition(x.columns == inner.count && out.rows == x.rows)
    precondition(out.columns == outputs.count)
    precondition(
      weight.depth == 0
        ? inner == 0..<weight.columns : inner.lowerBound.isMultiple(of: weight.depth))
    if let bias { precondition(bias.rows == 1 && bias.columns >= outputs.upperBound) }
    unsafe lf_linear(
      out.pointer, out.stride, x.pointer, x.stride, x.rows, weight.pointer, weight.rows,
      weight.columns, outputs.lowerBound, outputs.count, inner.lowerBound, inner.count,
      Int32(weight.depth), bias?.pointer, activation, accumulating ? 1 : 0)
  }

  /// out = x·weight, not transposed, for some rows of a layer's weights.
  ///
  /// - Parameters:
  ///   - x: [m, rows.count].
  ///   - out: [m, k].
  static func linear(
    _ x: Matrix, untransposed weight: PackedMatrix, rows: Range<Int>, into out: Matrix
  ) {
    precondition(rows.lowerBound >= 0 && rows.upperBound <= weight.rows)
    precondition(x.columns == rows.count && out.rows == x.rows && out.columns == weight.columns)
    unsafe lf_linear_untransposed(
      out.pointer, out.stride, x.pointer, x.stride, x.rows, weight.pointer, weight.rows,
      weight.columns, rows.lowerBound, rows.count, 0, weight.columns)
  }

  /// out = x·y. x [m, k]; y [k, n]; out [m, n].
  ///
  /// - Parameter depth: how sums are cut; see `lf_depth`.
  static func multiply(_ x: Matrix, _ y: Matrix, depth: Int, into out: Matrix) {
    precondition(x.columns == y.rows && out.rows == x.rows && out.columns == y.columns)
    unsafe lf_multiply(
      out.pointer, out.stride, x.pointer, x.stride, x.rows, y.pointer, y.stride, x.columns,
      y.columns, Int32(depth), 0)
  }

  // MARK: Element by element

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
    precondition(residual.map { $0.rows == x.rows && $0.columns == x.columns } ?? true)
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

  /// Unnormalised softmax of every row of scale·x, in place; see `lf_softmax`.
  ///
  /// - Parameters:
  ///   - limits: columns that each row sees; nil for all.
  ///   - hidden: [1, n], below 0 where nobody sees the column; nil for none.
  ///   - maxima, sums: [1, ≥ m], receive each row's maximum and sum.
  static func softmax(
    _ x: Matrix, scale: Float, limits: [Int64]?, hidden: Matrix?, maxima: Matrix, sums: Matrix
  ) {
    precondition(limits.map { $0.count == x.rows && $0.allSatisfy { $0 >= 0 } } ?? true)
    precondition(maxima.rows == 1 && maxima.columns >= x.rows)
    precondition(sums.rows == 1 && sums.columns >= x.rows)
    if let hidden { checkVector(hidden, x.columns) }
    unsafe lf_softmax(
      x.pointer, x.rows, x.columns, x.stride, scale, limits, hidden?.pointer, maxima.pointer,
      sums.pointer)
  }

  private static func checkVector(_ vector: Matrix, _ columns: Int) {
    precondition(vector.rows == 1 && vector.columns == columns)
  }
}

extension Activation {
  /// What the kernels call it.
  var kernel: lf_activation {
    switch self {
    case .gelu: lf_activation_gelu
    case .geluTanh: lf_activation_gelu_tanh
    case .gelu10: lf_activation_gelu_10
    case .relu: lf_activation_relu
    case .silu: lf_activation_silu
    case .quickGELU: lf_activation_quick_gelu
    case .mish: lf_activation_mish
    case .tanh: lf_activation_tanh
    case .linear: lf_activation_none
    }
  }
}
