import LFCore
import LFPictures

/// The value of an output that uses up most of its tolerance: what was found
/// there, what was expected, and how far apart they may be.
public struct WorstValue: Sendable {
  /// Where it is, one index a dimension.
  public let index: [Int]
  /// What the model computed.
  public let found: Float
  /// What the case expects.
  public let expected: Double
  /// atol + rtol·|expected|.
  public let allowed: Double
  /// The error as a multiple of that; beyond 1 it is too large, infinite where
  /// nothing is allowed.
  public let share: Double

  /// The place, as in "0,17,5".
  var place: String { index.map(String.init).joined(separator: ",") }

  /// How far apart the two numbers are.
  var error: Double { abs(Double(found) - expected) }

  /// The three numbers in words.
  var numbers: String { "found \(found), expected \(expectedText), allowed \(allowed.rounded3)" }

  /// The expected value in as many digits as tell it apart from the found one.
  var expectedText: String {
    let short = Float(expected)
    return short == found ? "\(expected)" : "\(short)"
  }

  /// The object that `--json` prints.
  var json: JSONObject {
    JSONObject([
      ("index", .array(index.map { JSONValue($0) })), ("found", JSONValue(Double(found))),
      ("expected", JSONValue(expected)), ("allowed", JSONValue(allowed)),
      ("times_tolerance", JSONValue(share)),
    ])
  }
}

extension OutputComparison {
  /// The error as a multiple of the tolerance, in words.
  var timesTolerance: String {
    guard let worst else { return "–" }
    return worst.share.isFinite ? worst.share.rounded3 : "∞"
  }

  /// The cosine in digits that tell it apart from 1; nil where it says nothing,
  /// because it is 1 or because there is none.
  var cosineText: String? {
    guard minCosine.isFinite else { return nil }
    let rest = 1 - minCosine
    guard rest > 0 else { return nil }
    return rest < 5e-4 ? "1 − \(rest.rounded3)" : Markup.fixed(minCosine, 4)
  }
}
