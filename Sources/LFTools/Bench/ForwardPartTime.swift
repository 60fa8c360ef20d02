import LFCore
import LFEncoder

/// How long one part of the forward pass takes.
public struct ForwardPartTime: Sendable {
  /// As in `ForwardPart`, or "idle" for the time in which threads had nothing
  /// to do: steps between the parts, and waiting for each other.
  public let name: String
  /// Of one run on average, summed over threads.
  public let seconds: Double
  /// Floating-point operations that the part needs.
  public let flops: Double

  /// Times of all parts that a model has; with "idle" they sum up to the
  /// elapsed time of all threads.
  static func all(
    _ clock: PartClock, _ flops: ForwardFlops, _ runs: [Double], threads: Int
  ) -> [ForwardPartTime] {
    let count = Double(max(1, runs.count))
    var parts: [ForwardPartTime] = []
    for part in ForwardPart.allCases {
      let seconds = clock.time(of: part) / .seconds(1) / count
      guard seconds > 0 else { continue }
      parts.append(
        ForwardPartTime(name: part.rawValue, seconds: seconds, flops: flops.of(part)))
    }
    let busy = parts.reduce(0) { $0 + $1.seconds }
    let elapsed = runs.reduce(0, +) / count * Double(threads)
    parts.append(ForwardPartTime(name: "idle", seconds: max(0, elapsed - busy), flops: 0))
    return parts
  }

  /// A member of "parts".
  var json: JSONObject {
    JSONObject([
      ("name", .string(name)), ("seconds", JSONValue(seconds)), ("flops", JSONValue(flops)),
    ])
  }
}
