import ArgumentParser
import LFCore
import LFFamilies
import LFTools

/// `lfconv bench`
struct BenchCommand: Action {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Time the forward pass of a model on random tokens.",
    discussion: """
      Only the encoder's forward pass is timed, after one run that does not count. Loading is not.

      EXAMPLES
        lfconv bench longformer.lfz --length 4096
        lfconv bench longformer.lfz --length 4096 --global-count 1 --repeats 5 --threads 1 --json
        lfconv bench longformer.lfz --length 4096 --parts
        lfconv bench longformer.lfz --length 4096 --attention blockwise:2+global:first
      """)
  static let schema = "lfconv.bench/1"

  @Argument(help: "The model.", completion: .model, transform: CommandValues.path)
  var model: String

  @Option(parsing: .unconditional, help: "Tokens in a row.")
  var length: Int

  @Option(
    name: [.customLong("global-count"), .customLong("global")], parsing: .unconditional,
    help: ArgumentHelp(
      "Global tokens at the beginning of each row; default: 1, or what --attention says.",
      valueName: "count"))
  var globalCount: Int?

  @Option(
    help: ArgumentHelp(
      "The attention in place of the model's own, with the model's weights.",
      discussion: CommandValues.attentionForms + ".", valueName: "pattern"),
    transform: CommandValues.attention)
  var attention: AttentionName?

  @Option(parsing: .unconditional, help: "Rows.")
  var batch = 1

  @Option(parsing: .unconditional, help: "Runs that count.")
  var repeats = 5

  @Flag(help: "Also tell where the time goes, summed over threads.")
  var parts = false

  @OptionGroup var sourceOptions: SourceOptions
  @OptionGroup var common: SharedOptions<ThreadsAlone>

  func validate() throws {
    guard length >= 1, batch >= 1, repeats >= 1, (0...length).contains(globalCount ?? 0) else {
      throw ValidationError(
        "--length, --batch and --repeats take 1 or more, --global-count from 0 to the length.")
    }
  }

  func perform() throws -> Int32 {
    let console = common.console
    if let attention, globalCount != nil {
      console.note(
        "the global tokens are those of \(attention.text); --global-count does not count")
    }
    let progress = console.progress
    defer { progress.clear() }
    var benchmark = ForwardBenchmark(length: length, threads: common.threadCount)
    benchmark.batch = batch
    benchmark.globals = globalCount ?? 1
    benchmark.attention = attention
    benchmark.repeats = repeats
    benchmark.measuresParts = parts
    let result = try benchmark.run(model, options: sourceOptions.open) {
      progress.show("running", $0, of: .items((repeats + 1) * batch * length, "tokens"))
    }
    progress.clear()
    console.times(of: progress)
    try console.object(result.json)
    let runs = result.seconds.map(\.rounded3).joined(separator: ", ")
    try console.result(
      """
      median  \(result.medianSeconds.rounded3) s for \(batch) × \(length.counted("token")), \
      \(result.globalCount) global, \(benchmark.threads.counted("thread"))
      runs    \(runs) s
      rate    \(result.gflops.rounded3) GFLOP/s, \(percent(result.gflops / result.peakGFLOPS)) of \
      this machine's peak; \((result.flops / 1e9).rounded3) GFLOP in all
      peak    \(result.peakGFLOPS.rounded3) GFLOP/s: \(result.processor), \(result.instructionSet)
      memory  \(result.peakBytes.byteText) at most
      """)
    let width = result.parts.map(\.name.count).max() ?? 0
    for part in result.parts {
      let name = part.name.padding(to: width)
      let rate =
        part.flops > 0
        ? ", \((part.flops / part.seconds / 1e9).rounded3) GFLOP/s of one thread, "
          + "\(percent(result.shareOfPeak(part))) of its peak" : ""
      try console.result("part    \(name)  \(part.seconds.rounded3) s\(rate)")
    }
    return 0
  }

  private func percent(_ share: Double) -> String { "\((100 * share).rounded3) %" }
}
