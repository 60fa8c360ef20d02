/// How far two computations of the same numbers in float32 may lie apart.
///
/// Derived in `Specs/proofs.md`: from how far the numbers move when every
/// intermediate result is changed by some roundings (`RoundingNoise`), and from
/// their own size.
struct RoundingBound {
  /// [tokens, width]
  private let bounds: [Double]

  /// What the movement is multiplied by: a sum of float32 products errs by up to
  /// some ten roundings of its terms, the noise is 16 of them, and a sample of
  /// the movement may be small by chance.
  static let factor = 8.0
  /// Roundings of the number itself, in units of 2⁻²⁴.
  private static let own = 2 * 0x1p-24

  /// A bound for each number.
  ///
  /// - Parameters:
  ///   - values: [tokens, width].
  ///   - moved: the same, each with noise of its own; none where both
  ///     computations are the same operations in the same order.
  init(values: [Float], moved: [[Float]], width: Int) {
    let tokens = width > 0 ? values.count / width : 0
    var movement = [Double](repeating: 0, count: values.count)
    for sample in moved {
      for (index, value) in sample.enumerated() {
        let distance = abs(Double(value) - Double(values[index]))
        // Noise may reach over the edge of float32, and so may rounding.
        movement[index] = max(movement[index], distance.isNaN ? .infinity : distance)
      }
    }
    // A single movement may be small by chance. What a token moves by is much
    // the same in all columns, in units of what the column moves by.
    var columns = [Double](repeating: 0, count: width)
    for token in 0..<tokens {
      for column in 0..<width {
        let value = movement[token * width + column]
        columns[column] += value * value / Double(tokens)
      }
    }
    for column in 0..<width { columns[column] = columns[column].squareRoot() }
    let all = (columns.reduce(0) { $0 + $1 * $1 } / Double(max(1, width))).squareRoot()
    for token in 0..<tokens {
      var sum = 0.0
      var count = 0
      for column in 0..<width where columns[column] > 0 && columns[column].isFinite {
        let ratio = movement[token * width + column] / columns[column]
        sum += ratio * ratio
        count += 1
      }
      let ratio = count > 0 ? (sum / Double(count)).squareRoot() : 0
      for column in 0..<width {
        let index = token * width + column
        let usual = tokens > 1 ? columns[column] * ratio : all
        movement[index] = max(movement[index], usual.isNaN ? .infinity : usual)
      }
    }
    bounds = movement.indices.map { index in
      Self.factor * movement[index] + Self.own * abs(Double(values[index]))
        + Double(Float.leastNormalMagnitude)
    }
  }

  subscript(index: Int) -> Double { bounds[index] }
}
