/// The cosine between two vectors that come piece by piece.
///
/// Squares of 1e-200 vanish and those of 1e200 overflow, so each vector is
/// divided by a power of two near its largest value before anything is summed.
/// A power of two rounds nothing.
struct CosineSum {
  /// Sums over one vector.
  private struct Side {
    /// Values are divided by two to this power; nil while all are zero.
    var exponent: Int?
    /// Σ of the squares of what has been divided.
    var squares = 0.0

    /// Makes room for a larger value; what sums that were made before have to be
    /// multiplied by.
    mutating func grow(to largest: Double) -> Double {
      guard largest > 0, Int(largest.exponent) > exponent ?? .min else { return 1 }
      defer { exponent = Int(largest.exponent) }
      guard let exponent else { return 1 }
      let factor = Double(
        sign: .plus, exponent: exponent - Int(largest.exponent), significand: 1)
      squares *= factor * factor
      return factor
    }

    /// Two factors that together divide by the power: one alone may be too large
    /// for a number when the vector is tiny.
    var factors: (Double, Double) {
      let exponent = exponent ?? 0
      let half = exponent / 2
      return (
        Double(sign: .plus, exponent: -half, significand: 1),
        Double(sign: .plus, exponent: half - exponent, significand: 1)
      )
    }
  }

  private var sides = (Side(), Side())
  /// Σ of the products of what has been divided.
  private var products = 0.0
  private var isFinite = true

  /// Adds pieces of the two vectors, of one length.
  mutating func add(_ first: [Double], _ second: [Double]) {
    var largest = (0.0, 0.0)
    for (x, y) in zip(first, second) {
      if !x.isFinite || !y.isFinite { isFinite = false }
      largest = (max(largest.0, abs(x)), max(largest.1, abs(y)))
    }
    guard isFinite else { return }
    let factor = sides.0.grow(to: largest.0)
    products *= factor
    products *= sides.1.grow(to: largest.1)
    let (f, g) = (sides.0.factors, sides.1.factors)
    var (sum, squares) = (0.0, (0.0, 0.0))
    for (x, y) in zip(first, second) {
      let (x, y) = (x * f.0 * f.1, y * g.0 * g.1)
      sum += x * y
      squares = (squares.0 + x * x, squares.1 + y * y)
    }
    products += sum
    sides.0.squares += squares.0
    sides.1.squares += squares.1
  }

  /// From −1 to 1: 1 between zeros, 0 between zeros and others; NaN when a value
  /// was not finite.
  var cosine: Double {
    guard isFinite else { return .nan }
    switch (sides.0.exponent, sides.1.exponent) {
    case (nil, nil): return 1
    case (nil, _), (_, nil): return 0
    default:
      let cosine = products / (sides.0.squares.squareRoot() * sides.1.squares.squareRoot())
      return min(1, max(-1, cosine))
    }
  }
}
