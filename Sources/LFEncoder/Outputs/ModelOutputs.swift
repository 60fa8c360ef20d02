/// The outputs of a forward pass, in a fixed order.
public struct ModelOutputs: Sendable, Equatable {
  /// All outputs that were asked for.
  public let tensors: [OutputTensor]

  /// Outputs.
  public init(_ tensors: [OutputTensor]) {
    self.tensors = tensors
  }

  /// The output of that name.
  public subscript(name: String) -> OutputTensor? {
    tensors.first { $0.name == name }
  }
}

/// One output of a forward pass, by the name Hugging Face gives it.
public struct OutputTensor: Sendable, Equatable {
  /// "hidden_states.0" …, "attentions.0" …, "last_hidden_state", "pooler_output", "logits",
  /// "start_logits", "end_logits".
  public let name: String
  /// Dimensions, outermost first.
  public let shape: [Int]
  /// Values, row by row.
  public let values: [Float]

  /// An output.
  public init(name: String, shape: [Int], values: [Float]) {
    self.name = name
    self.shape = shape
    self.values = values
  }
}

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
