import CKernels
import LFCore
import TestSupport
import Testing

@testable import LFEncoder

/// Products on packed weights and on all kinds of views, against float64; the
/// kernels alone are tested in C (Tests/Kernels).
@Suite struct PackedMatrixTests {
  private func matrix(_ rows: Int, _ columns: Int, seed: Int) throws -> Matrix {
    var random = SeededGenerator(seed: seed)
    let matrix = try Matrix(rows: rows, columns: columns)
    for row in 0..<rows {
      for column in 0..<columns { matrix[row, column] = random.uniform() }
    }
    return matrix
  }

  private func packed(_ plain: Matrix) throws -> PackedMatrix {
    let packed = try PackedMatrix(rows: plain.rows, columns: plain.columns)
    packed.pack(0..<plain.rows, plain)
    return packed
  }

  /// Largest difference from x·yᵀ (+ bias).
  private func worst(_ found: Matrix, _ x: Matrix, transposed y: Matrix, bias: Matrix? = nil)
    -> Double
  {
    var worst = 0.0
    for row in 0..<x.rows {
      for column in 0..<y.rows {
        var sum = bias.map { Double($0[0, column]) } ?? 0
        for index in 0..<x.columns { sum += Double(x[row, index]) * Double(y[column, index]) }
        worst = max(worst, abs(Double(found[row, column]) - sum))
      }
    }
    return worst
  }

  @Test(arguments: [1, 3, 17, 64, 130], [1, 2, 16, 65, 300])
  func linear(_ rows: Int, _ outputs: Int) throws {
    for inputs in [1, 5, 16, 64, 100, 700] {
      let x = try matrix(rows, inputs, seed: 1)
      let weight = try matrix(outputs, inputs, seed: 2)
      let bias = try matrix(1, outputs, seed: 3)
      let out = try Matrix(rows: rows, columns: outputs)
      Kernels.linear(x, try packed(weight), outputs: 0..<outputs, bias: bias, into: out)
      #expect(
        worst(out, x, transposed: weight, bias: bias) <= 1e-6 * Double(inputs).squareRoot() + 1e-7)
    }
  }

  @Test("some outputs, some rows and a sum in parts have the bits of the whole")
  func parts() throws {
    let x = try matrix(29, 200, seed: 1)
    let weight = try packed(try matrix(150, 200, seed: 2))
    let bias = try matrix(1, 150, seed: 3)
    let whole = try Matrix(rows: 29, columns: 150)
    Kernels.linear(
      x, weight, outputs: 0..<150, bias: bias, activation: lf_activation_gelu, into: whole)
    #expect(weight.depth > 0)
    let parts = try Matrix(rows: 29, columns: 150)
    for rows in [0..<7, 7..<8, 8..<29] {
      for outputs in [0..<16, 16..<112, 112..<150] {
        let out = parts.rows(rows).columns(outputs)
        let cut = 3 * weight.depth
        Kernels.linear(
          x.rows(rows).columns(0..<cut), weight, outputs: outputs, inner: 0..<cut, into: out)
        Kernels.linear(
          x.rows(rows).columns(cut..<200), weight, outputs: outputs, inner: cut..<200, bias: bias,
          activation: lf_activation_gelu, accumulating: true, into: out)
      }
    }
    #expect(isIdentical(parts, whole))
  }

  @Test("small layers are summed in float64 and rounded once")
  func smallLayers() throws {
    let x = try matrix(5, 64, seed: 7)
    let weight = try matrix(17, 64, seed: 8)
    let bias = try matrix(1, 17, seed: 9)
    let out = try Matrix(rows: 5, columns: 17)
    Kernels.linear(x, try packed(weight), outputs: 0..<17, bias: bias, into: out)
    for row in 0..<5 {
      for column in 0..<17 {
        let sum = (0..<64).reduce(Double(bias[0, column])) {
          $0 + Double(x[row, $1]) * Double(weight[column, $1])
        }
        // Half a unit, and what the order of the float64 sums may move.
        let unit = Double(Float(sum).ulp)
        #expect(abs(Double(out[row, column]) - sum) <= unit * 0.500_001 + 1e-14)
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
    let out = try Matrix(rows: 30, columns: 17)
    Kernels.linear(left, try packed(right), outputs: 0..<17, into: out)
    #expect(worst(out, left, transposed: right) <= 2e-7)
    let values = big.columns(0..<9).everyRow(from: 2, by: 5).rows(0..<16)  // [16, 9]
    let product = try Matrix(rows: 30, columns: 9)
    Kernels.multiply(left, values, depth: 32, into: product)
    for row in 0..<30 {
      for column in 0..<9 {
        let sum = (0..<16).reduce(0.0) {
          $0 + Double(left[row, $1]) * Double(values[$1, column])
        }
        #expect(abs(Double(product[row, column]) - sum) <= 1e-6)
      }
    }
  }

  @Test("weights that are not transposed, some rows of them")
  func untransposed() throws {
    let weight = try matrix(150, 70, seed: 5)
    let x = try matrix(3, 40, seed: 6)
    let out = try Matrix(rows: 3, columns: 70)
    Kernels.linear(x, untransposed: try packed(weight), rows: 33..<73, into: out)
    for row in 0..<3 {
      for column in 0..<70 {
        let sum = (0..<40).reduce(0.0) {
          $0 + Double(x[row, $1]) * Double(weight[33 + $1, column])
        }
        #expect(abs(Double(out[row, column]) - sum) <= Double(Float(sum).ulp) * 0.51 + 1e-13)
      }
    }
  }

  @Test("a layer without inputs is its bias; an empty product is zero")
  func empty() throws {
    let x = try Matrix(rows: 2, columns: 0)
    let bias = try matrix(1, 3, seed: 2)
    let out = try matrix(2, 3, seed: 1)
    Kernels.linear(
      x, try PackedMatrix(rows: 3, columns: 0), outputs: 0..<3, bias: bias, into: out)
    #expect(out[1, 2] == bias[0, 2])
    Kernels.multiply(x, try Matrix(rows: 0, columns: 3), depth: 32, into: out)
    #expect(out[1, 2] == 0)
  }

  @Test("short pieces are more exact than one long sum")
  func accuracy() throws {
    let x = try matrix(64, 768, seed: 5)
    let weight = try matrix(64, 768, seed: 6)
    let out = try Matrix(rows: 64, columns: 64)
    Kernels.linear(x, try packed(weight), outputs: 0..<64, into: out)
    var squares = 0.0
    for row in 0..<64 {
      for column in 0..<64 {
        let sum = (0..<768).reduce(0.0) {
          $0 + Double(x[row, $1]) * Double(weight[column, $1])
        }
        squares += (Double(out[row, column]) - sum) * (Double(out[row, column]) - sum)
      }
    }
    // Sums of 192 come to 2.4e-6 here, sums of 768 to 2.7e-6.
    #expect((squares / 4096).squareRoot() <= 1.8e-6)
  }

  @Test("packing in pieces of any length, from every element type")
  func packing() throws {
    let plain = try matrix(37, 21, seed: 3)
    let elements = (0..<37 * 21).map { plain[$0 / 21, $0 % 21] }
    let doubles = elements.map(Double.init)
    for size in [1, 5, 21, 64, 777] {
      let floats = try PackedMatrix(rows: 40, columns: 21)
      let wide = try PackedMatrix(rows: 40, columns: 21)
      for packed in [floats, wide] { packed.pack(0..<3, try Matrix(rows: 3, columns: 21)) }
      for start in Swift.stride(from: 0, to: elements.count, by: size) {
        let count = min(size, elements.count - start)
        // The views hold `count` elements from `start` on.
        unsafe elements.withUnsafeBytes {
          unsafe floats.pack(3..<40, from: start, count: count, $0.baseAddress! + 4 * start, .f32)
        }
        unsafe doubles.withUnsafeBytes {
          unsafe wide.pack(3..<40, from: start, count: count, $0.baseAddress! + 8 * start, .f64)
        }
      }
      let identity = try Matrix(rows: 21, columns: 21)
      identity.fill(0)
      for index in 0..<21 { identity[index, index] = 1 }
      for packed in [floats, wide] {
        let out = try Matrix(rows: 21, columns: 37)
        let all = try Matrix(rows: 21, columns: 40)
        Kernels.linear(identity, packed, outputs: 0..<40, into: all)
        out.copy(all.columns(3..<40))
        for row in 0..<37 {
          for column in 0..<21 where out[column, row] != plain[row, column] {
            Issue.record("pieces of \(size): element \(row), \(column)")
          }
        }
      }
    }
  }

  private func isIdentical(_ a: Matrix, _ b: Matrix) -> Bool {
    for row in 0..<a.rows {
      for column in 0..<a.columns where a[row, column].bitPattern != b[row, column].bitPattern {
        return false
      }
    }
    return a.rows == b.rows && a.columns == b.columns
  }
}
