import LFCore

/// A view of floats in memory, rows at a fixed distance.
///
/// A plain matrix, some of its columns, a block of its rows and every d-th row
/// of it are all such views; a kernel need not know which one it works on.
struct Matrix: Sendable {
  let buffer: FloatBuffer
  /// Index of the first element in the buffer.
  let offset: Int
  let rows: Int
  let columns: Int
  /// Floats from the beginning of one row to that of the next.
  let stride: Int

  /// A matrix in new memory, not initialised.
  init(rows: Int, columns: Int) throws(LFError) {
    let (count, overflow) = rows.multipliedReportingOverflow(by: columns)
    guard !overflow else {
      throw LFError(
        .io, "memory.exhausted", "no memory for \(rows) rows of \(columns.counted("number"))")
    }
    self.init(try FloatBuffer(count: count), offset: 0, rows: rows, columns: columns)
  }

  /// A view of a buffer, whose bounds it must keep.
  init(_ buffer: FloatBuffer, offset: Int, rows: Int, columns: Int, stride: Int? = nil) {
    let stride = stride ?? columns
    precondition(offset >= 0 && rows >= 0 && columns >= 0 && stride >= 0)
    precondition(
      rows == 0 || columns == 0 || offset + (rows - 1) * stride + columns <= buffer.count)
    self.buffer = buffer
    self.offset = offset
    self.rows = rows
    self.columns = columns
    self.stride = stride
  }

  /// Address of the first element, for kernels; valid while the buffer lives.
  @unsafe var pointer: UnsafeMutablePointer<Float> { unsafe buffer.pointer + offset }

  /// A block of rows.
  func rows(_ range: Range<Int>) -> Matrix {
    precondition(range.lowerBound >= 0 && range.upperBound <= rows)
    return Matrix(
      buffer, offset: range.isEmpty ? offset : offset + range.lowerBound * stride,
      rows: range.count, columns: columns, stride: stride)
  }

  /// A block of columns.
  func columns(_ range: Range<Int>) -> Matrix {
    precondition(range.lowerBound >= 0 && range.upperBound <= columns)
    return Matrix(
      buffer, offset: range.isEmpty ? offset : offset + range.lowerBound, rows: rows,
      columns: range.count, stride: stride)
  }

  /// Every `step`-th row, from `start` on: one residue class of positions.
  func everyRow(from start: Int, by step: Int) -> Matrix {
    precondition(start >= 0 && step >= 1)
    let count = start < rows ? (rows - start - 1) / step + 1 : 0
    return Matrix(
      buffer, offset: count == 0 ? offset : offset + start * stride, rows: count,
      columns: columns, stride: stride * step)
  }

  /// Some rows, copied close together. [rows.count, columns]
  func gathered(_ rows: [Int]) throws(LFError) -> Matrix {
    let result = try Matrix(rows: rows.count, columns: columns)
    for (index, row) in rows.enumerated() {
      result.rows(index..<index + 1).copy(self.rows(row..<row + 1))
    }
    return result
  }

  /// The first `rows` × `columns` elements of the buffer, close together.
  func reshaped(rows: Int, columns: Int) -> Matrix {
    Matrix(buffer, offset: offset, rows: rows, columns: columns)
  }

  /// One element.
  subscript(row: Int, column: Int) -> Float {
    get {
      precondition(row >= 0 && row < rows && column >= 0 && column < columns)
      return unsafe pointer[row * stride + column]
    }
    nonmutating set {
      precondition(row >= 0 && row < rows && column >= 0 && column < columns)
      unsafe pointer[row * stride + column] = newValue
    }
  }

  /// Sets every element.
  func fill(_ value: Float) {
    for row in 0..<rows {
      unsafe (pointer + row * stride).update(repeating: value, count: columns)
    }
  }

  /// Copies another matrix of the same shape.
  func copy(_ other: Matrix) {
    precondition(rows == other.rows && columns == other.columns)
    if stride == columns && other.stride == columns {
      unsafe pointer.update(from: other.pointer, count: rows * columns)
      return
    }
    for row in 0..<rows {
      unsafe (pointer + row * stride).update(
        from: other.pointer + row * other.stride, count: columns)
    }
  }
}
