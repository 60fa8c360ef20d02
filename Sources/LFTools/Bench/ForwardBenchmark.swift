public import LFCore
import LFEncoder
public import LFFamilies
import LFFiles
public import LFModels

/// Times the forward pass of a model on random tokens.
public struct ForwardBenchmark: Sendable {
  /// Tokens of each row.
  public var length: Int
  /// Rows.
  public var batch = 1
  /// Token ids of texts, which take the place of random rows: they run as `encode`
  /// runs them, one behind the other without padding.
  package var texts: [[Int]]?
  /// Global tokens at the beginning of each row.
  public var globals = 1
  /// What takes the place of the model's own attention. The positions that it
  /// makes global replace `globals`.
  public var attention: AttentionName?
  /// Runs that count, after one that does not.
  public var repeats = 5
  /// Whether the time of each part is told as well.
  public var measuresParts = false
  /// Threads at most.
  public var threads: Int

  /// A benchmark at one length.
  public init(length: Int, threads: Int) {
    self.length = length
    self.threads = threads
  }

  /// A benchmark of texts, as token ids of any lengths.
  package init(texts: [[Int]], threads: Int) {
    self.init(length: texts.map(\.count).max() ?? 0, threads: threads)
    batch = texts.count
    self.texts = texts
  }

  /// Tokens of a run.
  public var tokenCount: Int { texts?.reduce(0) { $0 + $1.count } ?? batch * length }

  /// Loads the model, runs once, then `repeats` times.
  ///
  /// - Parameter progress: called with the part of the runs that is over, the one
  ///   that does not count included.
  /// - Throws: errors of opening; `input.length` and `bench.size` when the model
  ///   does not read inputs of that length, or nobody so many of them, before
  ///   anything of their size is allocated.
  public func run(
    _ path: String, options: OpenOptions = OpenOptions(),
    progress: (Double) -> Void = { _ in }
  ) throws(LFError) -> BenchmarkResult {
    let opened = try OpenedModel.open(path, options: options)
    let model = try opened.recognized()
    let settings =
      try attention.map { (name) throws(LFError) in
        try model.configuration.attending(name)
      } ?? model.configuration
    try checkSize(settings, path)
    let encoder = try EncoderModel(
      configuration: settings, source: try opened.canonicalSource(model), threads: threads)
    // The encoder alone is timed: a head's cost is not the pattern's.
    let packs = try self.packs(encoder)
    var seconds: [Double] = []
    // Beside every run, so that a slow moment of the machine meets both sides.
    var peaks: [Double] = []
    let parts = measuresParts ? PartClock() : nil
    progress(0)
    for run in 0...repeats {
      let clock = ContinuousClock()
      let start = clock.now
      for pack in packs {
        var pass = try encoder.begin(packing: pack, clock: run > 0 ? parts : nil)
        while try pass.runLayer() {}
      }
      if run > 0 { seconds.append((clock.now - start) / .seconds(1)) }
      peaks.append(InstructionSet.peakGFLOPS(threads: encoder.threads))
      progress(Double(run + 1) / Double(repeats + 1))
    }
    let flops = self.flops(settings)
    return BenchmarkResult(
      benchmark: self, seconds: seconds, flops: flops.reduce(0) { $0 + $1.total },
      peakGFLOPS: peaks.sorted()[peaks.count / 2],
      processor: Machine.processorName, instructionSet: InstructionSet.name,
      peakBytes: Machine.peakMemory,
      parts: parts.map { ForwardPartTime.all($0, flops, seconds, threads: encoder.threads) } ?? []
    )
  }

  /// Most tokens of a run: far more than anybody waits for.
  private static let mostTokens = 1 << 22

  private func checkSize(_ settings: ModelConfiguration, _ path: String) throws(LFError) {
    guard length <= settings.longestInput else {
      throw .refused(
        "input.length", at: .init(file: path),
        expected: "at most \(settings.longestInput) tokens, the longest input of this model",
        found: "--length \(length)")
    }
    if texts != nil { return }
    let (tokens, overflow) = batch.multipliedReportingOverflow(by: length)
    guard !overflow, tokens <= Self.mostTokens else {
      throw .refused(
        "bench.size", expected: "at most \(Self.mostTokens) tokens in a run",
        found: "--batch \(batch) times --length \(length)")
    }
  }

  /// Global tokens of each row.
  var globalCount: Int {
    guard let attention else { return globals }
    return attention.globals?.list.count ?? 0
  }

  /// What the mathematics of a run asks for: of all rows, or of each text.
  private func flops(_ settings: ModelConfiguration) -> [ForwardFlops] {
    guard let texts else {
      return [
        ForwardFlops(settings: settings, batch: batch, length: length, globals: globalCount)
      ]
    }
    return texts.map {
      ForwardFlops(
        settings: settings, batch: 1, length: $0.count, globals: min($0.count, globalCount))
    }
  }

  /// What runs together.
  private func packs(_ encoder: EncoderModel) throws(LFError) -> [[PreparedInputs]] {
    guard let texts else { return [[try encoder.prepare(try inputs(encoder.configuration))]] }
    var prepared: [PreparedInputs] = []
    for ids in texts {
      prepared.append(try encoder.prepare(try inputs(ids, encoder.configuration)))
    }
    return encoder.packs(of: texts.map(\.count)).map { Array(prepared[$0]) }
  }

  private func inputs(
    _ ids: [Int], _ settings: ModelConfiguration
  ) throws(LFError) -> EncoderInputs {
    let global = ids.indices.map { $0 < globals ? 1 : 0 }
    let inputs = EncoderInputs(
      batch: 1, choices: settings.head == .multipleChoice ? 1 : nil, length: ids.count,
      inputIDs: ids, globalAttentionMask: settings.hasGlobalTokens ? global : nil)
    return try attention?.applied(to: inputs) ?? inputs
  }

  private func inputs(_ settings: ModelConfiguration) throws(LFError) -> EncoderInputs {
    var tokens = RandomTokens(settings)
    var ids: [Int] = []
    var global: [Int] = []
    for _ in 0..<batch {
      for column in 0..<length {
        ids.append(tokens.next())
        global.append(column < globals ? 1 : 0)
      }
    }
    let inputs = EncoderInputs(
      batch: batch, choices: settings.head == .multipleChoice ? 1 : nil, length: length,
      inputIDs: ids, globalAttentionMask: settings.hasGlobalTokens ? global : nil)
    return try attention?.applied(to: inputs) ?? inputs
  }
}
