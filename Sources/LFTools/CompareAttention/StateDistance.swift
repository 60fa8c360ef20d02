import LFEncoder

/// Sums of distances between hidden states, over inputs as they come.
struct StateDistance {
  private var squares = 0.0
  private var norms = 0.0
  private var smallest = 1.0
  private var positionSquares: [Double]
  private var positionNorms: [Double]
  private let bins: PositionBins

  /// - Parameter bins: ranges of positions.
  init(bins: PositionBins) {
    self.bins = bins
    positionSquares = Array(repeating: 0, count: bins.ranges.count)
    positionNorms = positionSquares
  }

  /// Adds one sequence.
  ///
  /// - Parameters:
  ///   - states: [1,S,H] of a pattern.
  ///   - full: the same of full attention.
  ///   - isKept: [S].
  mutating func add(_ states: OutputTensor, _ full: OutputTensor, isKept: [Bool]) {
    let hidden = full.shape[2]
    for (range, bin) in zip(bins.ranges, bins.ranges.indices) {
      for token in range.clamped(to: 0..<isKept.count) where isKept[token] {
        var (dot, own, other, difference) = (0.0, 0.0, 0.0, 0.0)
        for place in token * hidden..<(token + 1) * hidden {
          let (x, f) = (Double(states.values[place]), Double(full.values[place]))
          dot += x * f
          own += x * x
          other += f * f
          difference += (x - f) * (x - f)
        }
        squares += difference
        norms += other
        positionSquares[bin] += difference
        positionNorms[bin] += other
        let product = (own * other).squareRoot()
        smallest = min(smallest, product > 0 ? dot / product : own == other ? 1 : 0)
      }
    }
  }

  var result: PatternResult.Distance {
    PatternResult.Distance(
      relativeRMSE: Self.ratio(squares, norms), smallestCosine: smallest)
  }

  var byPosition: [PatternResult.Positions] {
    bins.ranges.indices.filter { positionNorms[$0] > 0 }.map {
      PatternResult.Positions(
        range: bins.ranges[$0],
        relativeRMSE: Self.ratio(positionSquares[$0], positionNorms[$0]))
    }
  }

  private static func ratio(_ squares: Double, _ norms: Double) -> Double {
    norms > 0 ? (squares / norms).squareRoot() : squares > 0 ? .infinity : 0
  }
}
