import CKernels
import Testing

@testable import LFEncoder

/// Dense products on all kinds of views.
@Suite struct MatrixMultiplicationTests {
  private func matrix(_ rows: Int, _ columns: Int, seed: Int) throws -> Matrix {
    var random = SeededGenerator(seed: seed)
    let matrix = try Matrix(rows: rows, columns: columns)
    for row in 0..<rows {
      for column in 0..<columns { matrix[row, column] = random.uniform() }
    }
    return matrix
  }

  private func check(
    _ left: Matrix, _ right: Matrix, isTransposed: Bool, scale: Float, accumulating: Bool
  ) throws {
    let columns = isTransposed ? right.rows : right.columns
    let result = try matrix(left.rows, columns, seed: 3)
    let before = try matrix(left.rows, columns, seed: 3)
    if isTransposed {
      MatrixMultiplication.multiply(
        left, transposed: right, into: result, scale: scale, accumulating: accumulating)
    } else {
      MatrixMultiplication.multiply(
        left, right, into: result, scale: scale, accumulating: accumulating)
    }
    var worst = 0.0
    for row in 0..<left.rows {
      for column in 0..<columns {
        var sum = 0.0
        for index in 0..<left.columns {
          let other = isTransposed ? right[column, index] : right[index, column]
          sum += Double(left[row, index]) * Double(other)
        }
        sum = sum * Double(scale) + (accumulating ? Double(before[row, column]) : 0)
        worst = max(worst, abs(Double(result[row, column]) - sum))
      }
    }
    #expect(worst <= 4e-6, "[\(left.rows), \(left.columns)] with \(columns) columns")
  }

  @Test(arguments: [1, 3, 17, 64, 130], [1, 2, 16, 65])
  func shapes(_ rows: Int, _ columns: Int) throws {
    for depth in [1, 5, 16, 64, 100] {
      let left = try matrix(rows, depth, seed: 1)
      try check(
        left, try matrix(columns, depth, seed: 2), isTransposed: true, scale: 0.5,
        accumulating: false)
      try check(
        left, try matrix(depth, columns, seed: 2), isTransposed: false, scale: 1,
        accumulating: true)
    }
  }

  @Test(
    "small products are rounded once, the same on every instruction set",
    arguments: [(1, 1, 1), (3, 16, 7), (5, 17, 64), (64, 32, 512), (130, 170, 96)], [false, true])
  func small(_ shape: (Int, Int, Int), isTransposed: Bool) throws {
    let (rows, columns, inner) = shape
    #expect(MatrixMultiplication.isSmall(inner, columns: columns))
    let left = try matrix(rows, inner, seed: 7)
    let right = try isTransposed ? matrix(columns, inner, seed: 8) : matrix(inner, columns, seed: 8)
    let bias = try matrix(1, columns, seed: 9)
    var results: [Matrix] = []
    for level in [0, 1] {
      _ = lf_select(Int32(level))
      defer { _ = lf_select(1) }
      let result = try Matrix(rows: rows, columns: columns)
      if isTransposed {
        MatrixMultiplication.multiply(left, by: .init(weight: right, bias: bias), into: result)
      } else {
        MatrixMultiplication.multiply(left, right, into: result, scale: 0.3)
      }
      results.append(result)
    }
    for row in 0..<rows {
      for column in 0..<columns {
        var sum = 0.0
        for index in 0..<inner {
          let other = isTransposed ? right[column, index] : right[index, column]
          sum += Double(left[row, index]) * Double(other)
        }
        let exact = isTransposed ? sum + Double(bias[0, column]) : sum * Double(Float(0.3))
        let found = results[1][row, column]
        #expect(results[0][row, column] == found)
        // Half a unit, and what the order of the float64 sums may move.
        #expect(abs(Double(found) - exact) <= Double(found.ulp) * 0.500_001 + 1e-14)
      }
    }
  }

  @Test("columns, blocks of rows, and every third row")
  func views() throws {
    let big = try matrix(90, 50, seed: 4)
    let left = big.columns(10..<26).everyRow(from: 1, by: 3)  // [30, 16]
    let right = big.columns(30..<46).everyRow(from: 0, by: 2).rows(3..<20)  // [17, 16]
    #expect(left.rows == 30 && right.rows == 17)
    #expect(left[2, 1] == big[7, 11] && right[1, 0] == big[8, 30])
    try check(left, right, isTransposed: true, scale: 1, accumulating: false)
    try check(
      left, big.columns(0..<9).everyRow(from: 2, by: 5).rows(0..<16), isTransposed: false,
      scale: 2, accumulating: true)
  }

  @Test("empty products")
  func empty() throws {
    let left = try matrix(2, 0, seed: 1)
    let right = try matrix(3, 0, seed: 1)
    let result = try matrix(2, 3, seed: 2)
    MatrixMultiplication.multiply(left, transposed: right, into: result, accumulating: true)
    #expect(result[1, 2] != 0)
    MatrixMultiplication.multiply(left, transposed: right, into: result)
    #expect(result[1, 2] == 0)
  }

  @Test("short sums are more exact than the library's long ones")
  func accuracy() throws {
    let left = try matrix(64, 768, seed: 5)
    let right = try matrix(64, 768, seed: 6)
    let result = try Matrix(rows: 64, columns: 64)
    MatrixMultiplication.multiply(left, transposed: right, into: result)
    var squares = 0.0
    for row in 0..<64 {
      for column in 0..<64 {
        let sum = (0..<768).reduce(0.0) {
          $0 + Double(left[row, $1]) * Double(right[column, $1])
        }
        squares += (Double(result[row, column]) - sum) * (Double(result[row, column]) - sum)
      }
    }
    // oneDNN's own sums of 192 come to 2.4e-6 here, sums of 768 to 2.7e-6.
    #expect((squares / 4096).squareRoot() <= 1.8e-6)
  }
}
