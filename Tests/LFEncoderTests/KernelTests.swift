import CKernels
import Foundation
import Testing

/// The element-wise kernels against the C library in float64, on the baseline
/// processor and on the best instruction set of this machine.
@Suite(.serialized) struct KernelTests {
  /// Units in the last place of the float nearest to `expected`.
  private func units(_ actual: Float, _ expected: Double) -> Double {
    abs(Double(actual) - expected) / Double(Float(expected).ulp)
  }

  private func onEveryLevel(_ body: (Int) -> Void) {
    for level in [0, 1] {
      _ = lf_select(Int32(level))
      body(level)
    }
    _ = lf_select(1)
  }

  @Test("exp: at most 1.5 units in the last place; 0 below −87.3")
  func exponential() {
    let inputs = stride(from: -87.29, through: 88.29, by: 0.00173).map { Float($0) }
    onEveryLevel { level in
      var values = inputs
      lf_exp(&values, values.count)
      let worst = zip(values, inputs).map { units($0, exp(Double($1))) }.max() ?? .infinity
      #expect(worst <= 1.5, "level \(level)")
      var special: [Float] = [-.infinity, -100, -87.4, 0, .nan]
      lf_exp(&special, special.count)
      #expect(special[0] == 0 && special[1] == 0 && special[2] == 0 && special[3] == 1)
      #expect(special[4].isNaN)
    }
  }

  @Test("gelu: at most 5 units in the last place, in the tail; elsewhere one")
  func gelu() {
    let inputs = stride(from: -13.0, through: 30, by: 0.00171).map { Float($0) }
    onEveryLevel { level in
      var values = inputs
      let bias = [Float](repeating: 0, count: inputs.count)
      lf_bias_gelu(&values, 1, values.count, values.count, bias)
      var relative = 0.0
      var absolute = 0.0
      for (actual, x) in zip(values, inputs) {
        let expected = DenseReference.gelu(Double(x))
        relative = max(relative, units(actual, expected))
        absolute = max(absolute, abs(Double(actual) - expected) / max(1, abs(expected)))
      }
      #expect(relative <= 5, "level \(level)")
      #expect(absolute <= 8e-8, "level \(level)")
    }
  }

  @Test("gelu in the tanh approximation")
  func geluTanh() {
    let inputs = stride(from: -9.0, through: 30, by: 0.00171).map { Float($0) }
    onEveryLevel { level in
      var values = inputs
      let bias = [Float](repeating: 0, count: inputs.count)
      lf_bias_gelu_tanh(&values, 1, values.count, values.count, bias)
      var absolute = 0.0
      for (actual, input) in zip(values, inputs) {
        let x = Double(input)
        let expected = x / 2 * (1 + tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
        absolute = max(absolute, abs(Double(actual) - expected) / max(1, abs(expected)))
      }
      #expect(absolute <= 1.5e-7, "level \(level)")
    }
  }

  @Test("activations of infinities and NaN")
  func specialValues() {
    onEveryLevel { level in
      for kernel in [lf_bias_gelu, lf_bias_gelu_tanh, lf_bias_relu] {
        var values: [Float] = [0, -200, 200, .infinity, 1e30, -1e30]
        kernel(&values, 1, 6, 6, [Float](repeating: 0, count: 6))
        #expect(values[0] == 0 && values[1] == 0 && values[2] == 200, "level \(level)")
        #expect(values[3] == .infinity && values[4] == 1e30 && values[5] == 0, "level \(level)")
      }
    }
  }

  @Test("LayerNorm is right to the rounding of its result", arguments: [1, 2, 15, 16, 33, 768])
  func layerNorm(columns: Int) {
    var random = SeededGenerator(seed: columns)
    func numbers(_ count: Int) -> [Float] { (0..<count).map { _ in 50 + random.uniform() } }
    let x = numbers(3 * columns)
    let bias = numbers(columns)
    let residual = numbers(3 * columns)
    let gain = numbers(columns)
    let shift = numbers(columns)
    onEveryLevel { level in
      var out = x
      out.withUnsafeMutableBufferPointer { out in
        lf_layer_norm(
          out.baseAddress, columns, x, columns, bias, residual, columns, gain, shift, 1e-5, 3,
          columns)
      }
      for row in 0..<3 {
        let sums = (0..<columns).map { column -> Double in
          let index = row * columns + column
          return Double(x[index]) + Double(bias[column]) + Double(residual[index])
        }
        let mean = sums.reduce(0, +) / Double(columns)
        let variance = sums.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(columns)
        for column in 0..<columns {
          let expected =
            (sums[column] - mean) / (variance + 1e-5).squareRoot() * Double(gain[column])
            + Double(shift[column])
          #expect(units(out[row * columns + column], expected) <= 0.51, "level \(level)")
        }
      }
    }
  }

  @Test("softmax of a head and a moving band")
  func softmax() {
    var random = SeededGenerator(seed: 3)
    let (rows, head, band, first, width, stride) = (5, 19, 40, -3, 21, 64)
    let scores = (0..<rows * stride).map { _ in 20 * random.uniform() }
    let limits: [Int64] = [0, 19, 7, 1, 18]
    let bias = (0..<head + band).map { $0 % 5 == 2 ? -Float.infinity : 0 }
    onEveryLevel { level in
      var values = scores
      var maxima = [Float](repeating: 0, count: rows)
      var sums = maxima
      lf_softmax(&values, rows, stride, head, band, first, width, limits, bias, &maxima, &sums)
      for row in 0..<rows {
        let visible = (0..<head + band).filter { column in
          guard bias[column] == 0 else { return false }
          if column < head { return column < limits[row] }
          return (first + row..<first + row + width).contains(column - head)
        }
        let own = (0..<head + band).map { scores[row * stride + $0] }
        let peak = visible.map { own[$0] }.max() ?? -.infinity
        #expect(maxima[row] == peak, "level \(level)")
        for column in 0..<head + band {
          let expected = visible.contains(column) ? exp(Double(own[column] - peak)) : 0
          #expect(abs(Double(values[row * stride + column]) - expected) <= 1e-7, "level \(level)")
        }
        let total = visible.reduce(0) { $0 + exp(Double(own[$1] - peak)) }
        #expect(abs(Double(sums[row]) - total) <= 3e-7 * total, "level \(level)")
      }
    }
  }

  @Test("a row that sees nothing is zero, with no weight")
  func blindRow() {
    onEveryLevel { _ in
      var values: [Float] = [1, 2, 3, 4]
      var maxima: [Float] = [0]
      var sums: [Float] = [9]
      lf_softmax(
        &values, 1, 4, 2, 2, 0, 2, nil, [Float](repeating: -.infinity, count: 4), &maxima, &sums)
      #expect(values == [0, 0, 0, 0] && sums == [0] && maxima == [-.infinity])
    }
  }

  @Test("every half-precision and every bfloat16 number")
  func halves() {
    let patterns = (0...UInt16.max).map { $0 }
    onEveryLevel { level in
      var values = [Float](repeating: 0, count: patterns.count)
      lf_from_f16(&values, patterns, patterns.count)
      var wrong = 0
      for (bits, value) in zip(patterns, values) {
        let expected = HalfPrecision.value(bits)
        if expected.isNaN ? !value.isNaN : Double(value) != expected { wrong += 1 }
      }
      #expect(wrong == 0, "level \(level)")
      #expect(values[0x8000].sign == .minus)
      lf_from_bf16(&values, patterns, patterns.count)
      #expect(zip(patterns, values).allSatisfy { UInt32($0) << 16 == $1.bitPattern })
    }
  }

  @Test("float64 is rounded to nearest")
  func doubles() {
    let numbers = [1.0 / 3, -0.1, 1e300, 1e-46, .infinity, 16_777_217, 16_777_219]
    onEveryLevel { _ in
      var values = [Float](repeating: 0, count: numbers.count)
      lf_from_f64(&values, numbers, numbers.count)
      #expect(values == numbers.map { Float($0) })
    }
  }
}
