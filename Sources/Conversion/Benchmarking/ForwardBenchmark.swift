import FileIO
import ModelFamilies
import ReferenceModel
public import TensorCore

/// Times the forward pass of a model on random tokens.
public struct ForwardBenchmark: Sendable {
  /// Tokens of each row, rows, leading global tokens of each row.
  public var length: Int
  public var batch = 1
  public var globals = 1
  /// Runs that count, after one that does not.
  public var repeats = 5
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
      JSONObject([
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
    let reference = try ReferenceModel(
      configuration: settings, source: try opened.canonicalSource(model), threads: threads)
    // The encoder alone is timed: a head's cost is not the pattern's.
    let inputs = self.inputs(settings)
    var seconds: [Double] = []
    for run in 0...repeats {
      let clock = ContinuousClock()
      let start = clock.now
      _ = try reference.forward(inputs, options: ForwardOptions(head: false))
      if run > 0 { seconds.append((clock.now - start) / .seconds(1)) }
      progress(Double(run) / Double(repeats))
    }
    return Result(
      benchmark: self, seconds: seconds, flops: flops(settings), peakBytes: Machine.peakMemory)
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
      inputIDs: ids, globalAttentionMask: settings.attentionWindows.isEmpty ? nil : global)
  }

  /// Products of the layers, the band and the global rows: what the
  /// mathematics asks for, not what an implementation does beyond it.
  private func flops(_ settings: ModelConfiguration) -> Double {
    let tokens = Double(batch * length)
    let hidden = Double(settings.hiddenSize)
    var total = 0.0
    for pattern in settings.attention {
      total += tokens * 2 * (4 * hidden * hidden + 2 * hidden * Double(settings.intermediateSize))
      switch pattern {
      case .full: total += tokens * 4 * Double(length) * hidden
      case .slidingWindow(let window):
        let keys = min(Double(length), Double(2 * window.oneSided + 1)) + Double(globals)
        total += tokens * 4 * keys * hidden
        total += Double(batch * globals) * 4 * Double(length) * hidden
      }
    }
    return total
  }
}
