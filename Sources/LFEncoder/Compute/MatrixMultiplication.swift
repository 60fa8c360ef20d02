import CKernels

#if canImport(Accelerate)
  import Accelerate
#else
  import COneDNN
#endif

/// Dense products, by the library that is made for them on each system, and
/// small ones by a kernel of our own that sums in float64.
///
/// One product runs on one thread: callers hand out blocks of rows (see
/// `Workers`), which holds up better than the library's own threads when the
/// machine is busy, and makes results independent of the thread count.
enum MatrixMultiplication {
  /// result = scale·left·rightᵀ (+ result): the form of a linear layer, whose
  /// weights are stored as [out, in], and of attention scores.
  ///
  /// - Parameters:
  ///   - left: [m, k].
  ///   - right: [n, k].
  ///   - result: [m, n].
  static func multiply(
    _ left: Matrix, transposed right: Matrix, into result: Matrix, scale: Float = 1,
    accumulating: Bool = false
  ) {
    precondition(left.columns == right.columns)
    precondition(result.rows == left.rows && result.columns == right.rows)
    multiply(left, right, isTransposed: true, result, scale, accumulating)
  }

  /// result = x·weightᵀ + bias.
  ///
  /// - Parameters:
  ///   - x: [m, in].
  ///   - layer: [out, in].
  ///   - result: [m, out].
  static func multiply(_ x: Matrix, by layer: LinearWeights, into result: Matrix) {
    if let bias = project(x, by: layer, into: result) { Kernels.addBias(result, bias) }
  }

  /// result = x·weightᵀ + bias, where the bias costs no pass of its own.
  ///
  /// - Parameters: as for `multiply(_:by:into:)`.
  /// - Returns: the bias otherwise, for the next kernel to add.
  static func project(_ x: Matrix, by layer: LinearWeights, into result: Matrix) -> Matrix? {
    precondition(x.columns == layer.weight.columns)
    precondition(result.rows == x.rows && result.columns == layer.weight.rows)
    precondition(layer.bias.rows == 1 && layer.bias.columns == result.columns)
    if isSmall(x.columns, columns: result.columns) {
      multiplySmall(x, layer.weight, isTransposed: true, result, bias: layer.bias)
      return nil
    }
    multiply(x, transposed: layer.weight, into: result)
    return layer.bias
  }

  /// result = scale·left·right (+ result).
  ///
  /// - Parameters:
  ///   - left: [m, k].
  ///   - right: [k, n].
  ///   - result: [m, n].
  static func multiply(
    _ left: Matrix, _ right: Matrix, into result: Matrix, scale: Float = 1,
    accumulating: Bool = false
  ) {
    precondition(left.columns == right.rows)
    precondition(result.rows == left.rows && result.columns == right.columns)
    multiply(left, right, isTransposed: false, result, scale, accumulating)
  }

  /// Length of the sums that one call of the library makes for a sum of
  /// `count` products.
  ///
  /// A sum of k products in float32 carries an error that grows with k, because
  /// the running sum does; libraries sum some 200 products in a row. Sums of
  /// short pieces, added up, are about half as far off, for 3 % of the time in
  /// a large model.
  static func depth(_ count: Int) -> Int { count <= 256 ? 32 : 64 }

  /// Whether a right matrix [k, n] or [n, k] is so small that the product is
  /// summed in float64.
  ///
  /// Short sums gain little from being split, and a library gains little on
  /// small matrices: our own kernel is as fast there, and exact but for the
  /// rounding of the result.
  static func isSmall(_ count: Int, columns: Int) -> Bool {
    count <= Int(lf_product_inner) && count * columns <= 1 << 14
  }

  private static func multiply(
    _ left: Matrix, _ right: Matrix, isTransposed: Bool, _ result: Matrix, _ scale: Float,
    _ accumulating: Bool
  ) {
    guard result.rows > 0, result.columns > 0 else { return }
    guard left.columns > 0 else {
      if !accumulating { result.fill(0) }
      return
    }
    if isSmall(left.columns, columns: result.columns) {
      multiplySmall(
        left, right, isTransposed: isTransposed, result, scale: scale, accumulating: accumulating)
      return
    }
    let depth = depth(left.columns)
    for start in stride(from: 0, to: left.columns, by: depth) {
      let part = start..<min(left.columns, start + depth)
      call(
        left.columns(part), isTransposed ? right.columns(part) : right.rows(part),
        isTransposed: isTransposed, result, scale, accumulating || start > 0)
    }
  }

  private static func multiplySmall(
    _ left: Matrix, _ right: Matrix, isTransposed: Bool, _ result: Matrix, scale: Float = 1,
    bias: Matrix? = nil, accumulating: Bool = false
  ) {
    // Unsafe only for its pointers, whose extents have been checked.
    unsafe lf_product(
      result.pointer, result.stride, left.pointer, left.stride, right.pointer, right.stride,
      isTransposed ? 1 : 0, result.rows, result.columns, left.columns, scale, bias?.pointer,
      accumulating ? 1 : 0)
  }

  private static func call(
    _ left: Matrix, _ right: Matrix, isTransposed: Bool, _ result: Matrix, _ scale: Float,
    _ accumulating: Bool
  ) {
    // The strides of single rows are free, but libraries check them.
    let leftStride = max(left.stride, left.columns)
    let rightStride = max(right.stride, right.columns)
    let resultStride = max(result.stride, result.columns)
    let beta: Float = accumulating ? 1 : 0
    #if canImport(Accelerate)
      unsafe cblas_sgemm(
        CblasRowMajor, CblasNoTrans, isTransposed ? CblasTrans : CblasNoTrans,
        .init(result.rows), .init(result.columns), .init(left.columns), scale, left.pointer,
        .init(leftStride), right.pointer, .init(rightStride), beta, result.pointer,
        .init(resultStride))
    #else
      // Unsafe only for its pointers, whose extents the views have checked.
      let status = unsafe dnnl_sgemm(
        CChar(UInt8(ascii: "N")), CChar(UInt8(ascii: isTransposed ? "T" : "N")),
        dnnl_dim_t(result.rows), dnnl_dim_t(result.columns), dnnl_dim_t(left.columns), scale,
        left.pointer, dnnl_dim_t(leftStride), right.pointer, dnnl_dim_t(rightStride), beta,
        result.pointer, dnnl_dim_t(resultStride))
      precondition(status == dnnl_success, "matrix product refused")
    #endif
  }
}
