/// One output compared with what is expected.
public struct OutputComparison: Sendable {
  /// Its name, as in "hidden_states.1" or "logits".
  public let name: String
  /// Dimensions of the output, outermost first.
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
  /// The value that uses up most of its tolerance; nil where numbers could not be
  /// compared.
  public let worst: WorstValue?
  /// Root of the mean of the squares of errors, each as a part of its tolerance.
  let rootMeanSquareShare: Double
  /// Whether every value is within the tolerance, and where that was demanded
  /// has the very bits that the case states.
  public private(set) var passed: Bool
  /// Why it failed, when that is not a matter of the numbers alone.
  public private(set) var message: String
  /// XXH3-128 of the float32 bytes, in hexadecimal; nil when there is no output,
  /// and until `state` has told them.
  public private(set) var bits: String?
  /// The bits that the case states; nil when it states none.
  public private(set) var expectedBits: String?
  /// Why it could not be compared number by number; nil when it could.
  let flaw: Flaw?
  /// For hidden states: how much of the tolerance the worst value of each token
  /// uses up, token by token; beyond 1 the token drifts. Otherwise empty.
  let tokenErrors: [Float]

  /// What keeps an output from being compared.
  enum Flaw: Sendable, Equatable {
    /// The model has no such output.
    case absent
    /// The expected values have another shape.
    case shape(expected: [Int])
    /// A value that the model computed is NaN or infinite.
    case notFinite
    /// An expected value is.
    case expectedNotFinite
  }

  /// Whether the bits are not those that the case states.
  public var haveBitsChanged: Bool { expectedBits != nil && bits != expectedBits }

  /// Whether that is a warning: the values are within tolerance.
  public var deservesWarning: Bool { haveBitsChanged && passed }

  /// Takes down the bits of the output, if there is one, and those that the case
  /// states.
  ///
  /// - Parameter isExact: whether other bits make it fail.
  mutating func state(bits: OutputBits?, expected: OutputBits?, isExact: Bool) {
    self.bits = bits?.text
    expectedBits = expected?.text
    guard isExact, passed, haveBitsChanged else { return }
    passed = false
    message = "the values are within tolerance, but have other bits than the case states"
  }

  /// Number of the hidden states that it is, 0 being the embeddings; nil for
  /// other outputs.
  public var layer: Int? { Self.layer(name) }

  static func layer(_ name: String) -> Int? { number(name, "hidden_states.") }

  /// Number of the layer, from 0, that attention probabilities belong to; nil
  /// for other outputs.
  static func attentionLayer(_ name: String) -> Int? { number(name, "attentions.") }

  private static let mostLayers = 1 << 16

  private static func number(_ name: String, _ prefix: String) -> Int? {
    // A file may hold any name; a number that no model reaches is no number.
    guard name.hasPrefix(prefix), let number = Int(name.dropFirst(prefix.count)),
      (0...mostLayers).contains(number), name == prefix + String(number)
    else { return nil }
    return number
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
    let width = max(1, shape.dropFirst(leading).reduce(1, *))
    let vector = max(1, shape.last ?? 1)
    var sums = ErrorSums(
      tolerance: tolerance, tokens: tokens, perToken: tokens > 0 ? values.count / tokens : 0)
    for start in stride(from: 0, to: values.count, by: vector) {
      if let counts, !counts[start / width] { continue }
      sums.add(values, expected, start..<min(start + vector, values.count))
    }
    let broken = sums.expectedNotFinite ?? sums.notFinite
    maxAbsolute = broken == nil ? sums.largest : .nan
    maxRelative = broken == nil ? sums.relative : .nan
    rootMeanSquare = sums.rootMeanSquare
    minCosine = sums.minCosine
    worstIndex = Self.index(broken ?? sums.worst, shape)
    let most = sums.mostOfTolerance
    worst =
      broken == nil && most.index < min(values.count, expected.count)
      ? WorstValue(
        index: Self.index(most.index, shape), found: values[most.index],
        expected: expected[most.index],
        allowed: tolerance.absolute + tolerance.relative * abs(expected[most.index]),
        share: most.share)
      : nil
    rootMeanSquareShare = sums.rootMeanSquareShare
    passed = sums.isAdmitted
    tokenErrors = sums.tokenErrors
    let place = worstIndex.map(String.init).joined(separator: ",")
    if let index = sums.expectedNotFinite {
      flaw = .expectedNotFinite
      let own = Double(values[index])
      message =
        "the expected value at [\(place)] is \(Self.text(expected[index]))"
        + (own.isFinite ? "" : ", and the value is \(Self.text(own))")
    } else if let index = sums.notFinite {
      flaw = .notFinite
      message = "the value at [\(place)] is \(Self.text(Double(values[index])))"
    } else {
      flaw = nil
      message = ""
    }
  }

  /// An output that could not be compared at all.
  init(name: String, shape: [Int], _ flaw: Flaw, _ message: String) {
    self.name = name
    self.shape = shape
    self.flaw = flaw
    self.message = message
    maxAbsolute = .nan
    maxRelative = .nan
    rootMeanSquare = .nan
    minCosine = .nan
    worstIndex = []
    worst = nil
    rootMeanSquareShare = .nan
    passed = false
    tokenErrors = []
  }

  private static func text(_ value: Double) -> String { value.isNaN ? "NaN" : "infinite" }

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

/// What is added up while an output is compared, vector by vector.
private struct ErrorSums {
  let tolerance: Tolerance
  /// Values of each token; 0 when errors are not wanted token by token.
  let perToken: Int
  private(set) var largest = 0.0
  private(set) var relative = 0.0
  private(set) var minCosine = 1.0
  /// Where the largest error is.
  private(set) var worst = 0
  /// Where the error is the largest part of its tolerance.
  private(set) var mostOfTolerance = (share: 0.0, index: 0)
  private(set) var isAdmitted = true
  /// The first place where the value is not finite.
  private(set) var notFinite: Int?
  /// The first place where the expected value is not.
  private(set) var expectedNotFinite: Int?
  private(set) var tokenErrors: [Float]
  private var squares = 0.0
  private var squaredShares = 0.0
  private var compared = 0

  init(tolerance: Tolerance, tokens: Int, perToken: Int) {
    self.tolerance = tolerance
    self.perToken = perToken
    tokenErrors = [Float](repeating: 0, count: tokens)
  }

  var rootMeanSquare: Double { compared > 0 ? (squares / Double(compared)).squareRoot() : 0 }

  var rootMeanSquareShare: Double {
    compared > 0 ? (squaredShares / Double(compared)).squareRoot() : 0
  }

  /// Compares one vector of the last dimension.
  mutating func add(_ values: [Float], _ expected: [Double], _ range: Range<Int>) {
    var (dot, mine, theirs) = (0.0, 0.0, 0.0)
    for index in range {
      let value = Double(values[index])
      let wanted = expected[index]
      guard value.isFinite, wanted.isFinite else {
        if !value.isFinite { notFinite = notFinite ?? index }
        if !wanted.isFinite { expectedNotFinite = expectedNotFinite ?? index }
        isAdmitted = false
        if perToken > 0 { tokenErrors[index / perToken] = .infinity }
        continue
      }
      let error = abs(value - wanted)
      if error > largest { (largest, worst) = (error, index) }
      if wanted != 0 { relative = max(relative, error / abs(wanted)) }
      squares += error * error
      compared += 1
      isAdmitted = isAdmitted && tolerance.admits(value, expected: wanted)
      if error > 0 {
        let share = tolerance.share(of: error, expected: wanted)
        if share > mostOfTolerance.share { mostOfTolerance = (share, index) }
        squaredShares += share * share
        if perToken > 0 {
          tokenErrors[index / perToken] = max(tokenErrors[index / perToken], Float(share))
        }
      }
      dot += value * wanted
      mine += value * value
      theirs += wanted * wanted
    }
    if mine > 0, theirs > 0 {
      minCosine = min(minCosine, dot / (mine.squareRoot() * theirs.squareRoot()))
    } else if mine != theirs {
      minCosine = min(minCosine, 0)
    }
  }
}
