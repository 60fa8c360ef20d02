import TensorCore

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
    let blocks = RowBlocks(x.rows)
    workers.run(blocks.count) { block, _ in
      MatrixMultiplication.multiply(
        x.rows(blocks[block]), by: self, into: result.rows(blocks[block]))
    }
    return result
  }
}
