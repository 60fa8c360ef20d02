import LFCore
import LFFamilies

/// A linear layer as it is stored: y = x·weightᵀ + bias.
struct LinearWeights: Sendable {
  let weight: Matrix  // [out, in]
  let bias: Matrix  // [1, out]

  /// A block of outputs.
  func outputs(_ range: Range<Int>) -> LinearWeights {
    LinearWeights(weight: weight.rows(range), bias: bias.columns(range))
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
  ///   - result: [m, out].
  func apply(
    to x: Matrix, then activation: Activation, _ workers: Workers, into result: Matrix
  ) {
    let blocks = ProductBlocks(rows: x.rows, columns: weight.rows)
    workers.run(blocks.count) { block, _ in
      let (rows, columns) = blocks[block]
      let target = result.rows(rows).columns(columns)
      let bias = workers.time(.feedForward) {
        MatrixMultiplication.project(x.rows(rows), by: outputs(columns), into: target)
      }
      workers.time(.activation) { Kernels.activate(target, bias, activation) }
    }
  }

  /// result = x·weightᵀ + bias, on all workers.
  ///
  /// - Parameters:
  ///   - x: [m, in].
  ///   - result: [m, out].
  func apply(to x: Matrix, _ workers: Workers, into result: Matrix) {
    let blocks = ProductBlocks(rows: x.rows, columns: weight.rows)
    workers.run(blocks.count) { block, _ in
      let (rows, columns) = blocks[block]
      MatrixMultiplication.multiply(
        x.rows(rows), by: outputs(columns), into: result.rows(rows).columns(columns))
    }
  }
}

/// Gain and shift of a LayerNorm, each [1, H].
struct NormWeights: Sendable {
  let gain: Matrix  // [1, H]
  let shift: Matrix  // [1, H]
}
