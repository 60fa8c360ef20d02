extension OutputTensor {
  /// An output that `body` writes, without a second copy of it in memory.
  ///
  /// - Parameter body: gets the memory as [rows, columns] and fills all of it.
  init(
    name: String, shape: [Int], rows: Int, columns: Int, _ body: (Matrix) -> Void
  ) {
    let values = unsafe [Float](unsafeUninitializedCapacity: rows * columns) { memory, count in
      // The array's memory outlives the buffer, which lives in this closure.
      let buffer = unsafe FloatBuffer(
        borrowing: UnsafeMutableBufferPointer(rebasing: memory.prefix(rows * columns)))
      body(Matrix(buffer, offset: 0, rows: rows, columns: columns))
      count = rows * columns
    }
    self.init(name: name, shape: shape, values: values)
  }

  /// A copy of a matrix.
  init(name: String, shape: [Int], copying matrix: Matrix) {
    self.init(name: name, shape: shape, rows: matrix.rows, columns: matrix.columns) {
      $0.copy(matrix)
    }
  }
}
