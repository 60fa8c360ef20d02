/// One output held against what was expected.
public struct OutputComparison: Sendable {
  public let name: String
  public let shape: [Int]
  /// Largest |x − e|; NaN when a value is not finite.
  public let maxAbsolute: Double
  /// Largest |x − e| / |e| over the expected values that are not 0.
  public let maxRelative: Double
  /// Root of the mean of (x − e)².
  public let rootMeanSquare: Double
  /// Smallest cosine between the vectors of the last dimension.
  public let minCosine: Double
  /// Where the largest error is, one index a dimension.
  public let worstIndex: [Int]
  public let passed: Bool
  /// Why it failed, when that is not a matter of the numbers alone.
  public let message: String
  /// For hidden states: how much of the tolerance the worst value of each token
  /// uses up, token by token; beyond 1 the token drifts. Otherwise empty.
  public let tokenErrors: [Float]

  /// Number of the hidden states that it is, 0 being the embeddings; nil for
  /// other outputs.
  public var layer: Int? { Self.layer(name) }

  static func layer(_ name: String) -> Int? { number(name, "hidden_states.") }

  /// Number of the layer, from 0, that attention probabilities belong to; nil
  /// for other outputs.
  static func attentionLayer(_ name: String) -> Int? { number(name, "attentions.") }

  private static func number(_ name: String, _ prefix: String) -> Int? {
    name.hasPrefix(prefix) ? Int(name.dropFirst(prefix.count)) : nil
  }

  /// Compares values.
  ///
  /// - Parameters:
  ///   - values, expected: of the shape, row by row.
  ///   - counts: for each position of the leading dimensions whether it counts;
  ///     nil when all do.
  ///   - leading: how many dimensions `counts` covers.
  ///   - tokens: how many tokens the values belong to, when errors are wanted
  ///     token by token.
  init(
    name: String, shape: [Int], values: [Float], expected: [Double], tolerance: Tolerance,
    counts: [Bool]? = nil, leading: Int = 0, tokens: Int = 0
  ) {
    self.name = name
    self.shape = shape
    let width = shape.dropFirst(leading).reduce(1, *)
    let vector = max(1, shape.last ?? 1)
    var largest = 0.0
    var relative = 0.0
    var squares = 0.0
    var cosine = 1.0
    var worst = 0
    var compared = 0
    var admitted = true
    var broken: Int?
    var tokenErrors = [Float](repeating: 0, count: tokens)
    let perToken = tokens > 0 ? max(1, values.count / tokens) : 0
    for start in stride(from: 0, to: values.count, by: vector) {
      if let counts, !counts[start / max(1, width)] { continue }
      var dot = 0.0
      var mine = 0.0
      var theirs = 0.0
      for index in start..<min(start + vector, values.count) {
        let value = Double(values[index])
        let goal = expected[index]
        guard value.isFinite, goal.isFinite else {
          broken = broken ?? index
          admitted = false
          if perToken > 0 { tokenErrors[index / perToken] = .infinity }
          continue
        }
        let error = abs(value - goal)
        if error > largest {
          largest = error
          worst = index
        }
        if goal != 0 { relative = max(relative, error / abs(goal)) }
        squares += error * error
        compared += 1
        admitted = admitted && tolerance.admits(value, expected: goal)
        if perToken > 0, error > 0 {
          let share = Float(tolerance.share(of: error, expected: goal))
          tokenErrors[index / perToken] = max(tokenErrors[index / perToken], share)
        }
        dot += value * goal
        mine += value * value
        theirs += goal * goal
      }
      if mine > 0, theirs > 0 {
        cosine = min(cosine, dot / (mine.squareRoot() * theirs.squareRoot()))
      } else if mine != theirs {
        cosine = min(cosine, 0)
      }
    }
    maxAbsolute = broken == nil ? largest : .nan
    maxRelative = broken == nil ? relative : .nan
    rootMeanSquare = compared > 0 ? (squares / Double(compared)).squareRoot() : 0
    minCosine = cosine
    worstIndex = Self.index(broken ?? worst, shape)
    passed = admitted
    self.tokenErrors = tokenErrors
    if let broken {
      message = "\(values[broken].isFinite ? "the expected value" : "the value") is not finite"
    } else {
      message = ""
    }
  }

  /// An output that could not be compared at all.
  init(name: String, shape: [Int], missing message: String) {
    self.name = name
    self.shape = shape
    self.message = message
    maxAbsolute = .nan
    maxRelative = .nan
    rootMeanSquare = .nan
    minCosine = .nan
    worstIndex = []
    passed = false
    tokenErrors = []
  }

  private static func index(_ flat: Int, _ shape: [Int]) -> [Int] {
    var rest = flat
    var result: [Int] = []
    for dimension in shape.reversed() where dimension > 0 {
      result.insert(rest % dimension, at: 0)
      rest /= dimension
    }
    return result
  }
}
