public import LFCore
import LFEncoder
import LFFamilies

/// What a benchmark measured.
public struct BenchmarkResult: Sendable {
  /// What was run.
  public let benchmark: ForwardBenchmark
  /// Of every run, in order.
  public let seconds: [Double]
  /// Floating-point operations of one run, a multiply-add being two.
  public let flops: Double
  /// GFLOP/s of so many threads in the kernels' own product on data in the cache.
  public let peakGFLOPS: Double
  /// The processor.
  public let processor: String
  /// The instruction set that was used.
  public let instructionSet: String
  /// Most memory the process has held.
  public let peakBytes: Int
  /// Where the time went; empty unless asked for.
  public let parts: [ForwardPartTime]

  /// Global tokens of each row.
  public var globalCount: Int { benchmark.globalCount }

  /// The middle one.
  public var medianSeconds: Double {
    let sorted = seconds.sorted()
    let middle = sorted.count / 2
    return sorted.count.isMultiple(of: 2)
      ? (sorted[middle - 1] + sorted[middle]) / 2
      : sorted[middle]
  }

  /// GFLOP/s of the median run.
  public var gflops: Double { flops / medianSeconds / 1e9 }

  /// How much of the peak a part reaches, from 0 to 1.
  public func shareOfPeak(_ part: ForwardPartTime) -> Double {
    part.flops / part.seconds / 1e9 / (peakGFLOPS / Double(benchmark.threads))
  }

  /// The object that `--json` prints.
  public var json: JSONObject {
    var json = JSONObject([
      ("schema", "lfconv.bench/1"),
      ("length", JSONValue(benchmark.length)),
      ("batch", JSONValue(benchmark.batch)),
      ("global", JSONValue(benchmark.globalCount)),
      ("threads", JSONValue(benchmark.threads)),
      ("seconds", .array(seconds.map { JSONValue($0) })),
      ("median_seconds", JSONValue(medianSeconds)),
      ("flops", JSONValue(flops)),
      ("gflops", JSONValue(gflops)),
      ("peak_gflops", JSONValue(peakGFLOPS)),
      ("processor", .string(processor)),
      ("instruction_set", .string(instructionSet)),
      ("peak_rss_bytes", JSONValue(peakBytes)),
    ])
    if benchmark.texts != nil { json["tokens"] = JSONValue(benchmark.tokenCount) }
    if let attention = benchmark.attention { json["attention"] = .string(attention.text) }
    if benchmark.measuresParts {
      json["parts"] = .array(parts.map { .object($0.json) })
    }
    return json
  }
}

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
    _ clock: PartClock, _ flops: [ForwardFlops], _ runs: [Double], threads: Int
  ) -> [ForwardPartTime] {
    let count = Double(max(1, runs.count))
    var parts: [ForwardPartTime] = []
    for part in ForwardPart.allCases {
      let seconds = clock.time(of: part) / .seconds(1) / count
      guard seconds > 0 else { continue }
      parts.append(
        ForwardPartTime(
          name: part.rawValue, seconds: seconds,
          flops: flops.reduce(0) { $0 + $1.of(part) }))
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
