import CKernels
import LFCore
import LFFamilies

/// A linear layer: y = x·weightᵀ + bias.
struct LinearWeights: Sendable {
  let weight: PackedMatrix  // [out, in]
  let bias: Matrix  // [1, out]

  /// Memory for a layer, not filled.
  init(outputs: Int, inputs: Int) throws(LFError) {
    weight = try PackedMatrix(rows: outputs, columns: inputs)
    bias = try Matrix(rows: 1, columns: outputs)
  }

  /// x·weightᵀ + bias, [m, out], on all workers.
  ///
  /// - Parameter x: [m, in].
  func applied(to x: Matrix, _ workers: Workers) throws(LFError) -> Matrix {
    let result = try Matrix(rows: x.rows, columns: weight.rows)
    apply(to: x, workers, into: result)
    return result
  }

  /// result = activation(x·weightᵀ + bias), on all workers.
  ///
  /// - Parameters:
  ///   - x: [m, in].
  ///   - hasBias: whether the bias is added here, or by what comes next.
  ///   - result: [m, out].
  func apply(
    to x: Matrix, then activation: lf_activation = lf_activation_none, hasBias: Bool = true,
    _ workers: Workers, into result: Matrix
  ) {
    let blocks = ProductBlocks(rows: x.rows, columns: weight.rows)
    workers.run(blocks.count) { block, _ in
      let (rows, outputs) = blocks[block]
      Kernels.linear(
        x.rows(rows), weight, outputs: outputs, bias: hasBias ? bias : nil,
        activation: activation, into: result.rows(rows).columns(outputs))
    }
  }
}

/// Gain and shift of a LayerNorm, each [1, H].
struct NormWeights: Sendable {
  let gain: Matrix  // [1, H]
  let shift: Matrix  // [1, H]

  /// Memory for a LayerNorm, not filled.
  init(width: Int) throws(LFError) {
    gain = try Matrix(rows: 1, columns: width)
    shift = try Matrix(rows: 1, columns: width)
  }
}
