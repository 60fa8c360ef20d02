public import LFCore
import LFEncoder
import LFFamilies
import LFFiles
import LFModels

/// Times the forward pass of a model on random tokens.
public struct ForwardBenchmark: Sendable {
  /// Tokens of each row, rows, leading global tokens of each row.
  public var length: Int
  public var batch = 1
  public var globals = 1
  /// Runs that count, after one that does not.
  public var repeats = 5
  /// Whether the time of each part is told as well.
  public var measuresParts = false
  public var threads: Int

  /// A benchmark at one length.
  public init(length: Int, threads: Int) {
    self.length = length
    self.threads = threads
  }

  /// What was measured.
  public struct Result: Sendable {
    public let benchmark: ForwardBenchmark
    /// Of every run, in order.
    public let seconds: [Double]
    /// Floating-point operations of one run, a multiply-add being two.
    public let flops: Double
    /// Most memory the process has held.
    public let peakBytes: Int
    /// Where the time went; empty unless asked for.
    public let parts: [ForwardPartTime]

    /// The middle one.
    public var medianSeconds: Double {
      let sorted = seconds.sorted()
      let middle = sorted.count / 2
      return sorted.count.isMultiple(of: 2)
        ? (sorted[middle - 1] + sorted[middle]) / 2
        : sorted[middle]
    }

    /// The object that `--json` prints.
    public var json: JSONObject {
      var json = JSONObject([
        ("schema", "lfconv.bench/1"),
        ("length", JSONValue(benchmark.length)),
        ("batch", JSONValue(benchmark.batch)),
        ("global", JSONValue(benchmark.globals)),
        ("threads", JSONValue(benchmark.threads)),
        ("seconds", .array(seconds.map { JSONValue($0) })),
        ("median_seconds", JSONValue(medianSeconds)),
        ("flops", JSONValue(flops)),
        ("gflops", JSONValue(flops / medianSeconds / 1e9)),
        ("peak_rss_bytes", JSONValue(peakBytes)),
      ])
      if benchmark.measuresParts {
        json["parts"] = .array(parts.map { .object($0.json) })
      }
      return json
    }
  }

  /// Loads the model, runs once, then `repeats` times.
  ///
  /// - Parameter progress: called after each run.
  /// - Throws: errors of opening; `input.*` when the length exceeds the model.
  public func run(
    _ path: String, progress: (Double) -> Void = { _ in }
  ) throws(LFError) -> Result {
    let opened = try OpenedModel.open(path)
    let model = try opened.recognized()
    let settings = model.configuration
    let reference = try EncoderModel(
      configuration: settings, source: try opened.canonicalSource(model), threads: threads)
    // The encoder alone is timed: a head's cost is not the pattern's.
    let inputs = self.inputs(settings)
    var seconds: [Double] = []
    let parts = measuresParts ? PartClock() : nil
    for run in 0...repeats {
      let clock = ContinuousClock()
      let start = clock.now
      _ = try reference.forward(
        inputs, options: ForwardOptions(head: false), clock: run > 0 ? parts : nil)
      if run > 0 { seconds.append((clock.now - start) / .seconds(1)) }
      progress(Double(run) / Double(repeats))
    }
    let flops = ForwardFlops(settings: settings, batch: batch, length: length, globals: globals)
    return Result(
      benchmark: self, seconds: seconds, flops: flops.total, peakBytes: Machine.peakMemory,
      parts: parts.map { ForwardPartTime.all($0, flops, seconds, threads: reference.threads) } ?? []
    )
  }

  private func inputs(_ settings: ModelConfiguration) -> EncoderInputs {
    var tokens = RandomTokens(settings)
    var ids: [Int] = []
    var global: [Int] = []
    for _ in 0..<batch {
      for column in 0..<length {
        ids.append(tokens.next())
        global.append(column < globals ? 1 : 0)
      }
    }
    return EncoderInputs(
      batch: batch, choices: settings.head == .multipleChoice ? 1 : nil, length: length,
      inputIDs: ids, globalAttentionMask: settings.hasGlobalTokens ? global : nil)
  }
}
