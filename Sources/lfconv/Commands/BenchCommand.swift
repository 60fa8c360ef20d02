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
        lfconv bench longformer.lfz --length 4096 --global 1 --repeats 5 --threads 1 --json
        lfconv bench longformer.lfz --length 4096 --parts
        lfconv bench longformer.lfz --length 4096 --attention blockwise:2+global:first
      """)
  static let schema = "lfconv.bench/1"

  @Argument(help: "The model.")
  var model: String

  @Option(help: "Tokens in a row.")
  var length: Int

  @Option(help: "Global tokens at the beginning of each row.")
  var global = 1

  @Option(
    help: ArgumentHelp(
      "The attention in place of the model's own, with the model's weights.",
      discussion: CommandValues.attentionForms + ". --global does not count then.",
      valueName: "pattern"),
    transform: CommandValues.attention)
  var attention: AttentionName?

  @Option(help: "Rows.")
  var batch = 1

  @Option(help: "Runs that count.")
  var repeats = 5

  @Flag(help: "Also tell where the time goes, summed over threads.")
  var parts = false

  @OptionGroup var sourceOptions: SourceOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    guard length >= 1, batch >= 1, repeats >= 1, (0...length).contains(global) else {
      throw ValidationError(
        "--length, --batch and --repeats take 1 or more, --global from 0 to the length.")
    }
  }

  func perform() throws -> Int32 {
    let console = common.console
    let progress = console.progress
    defer { progress.clear() }
    var benchmark = ForwardBenchmark(length: length, threads: common.threadCount)
    benchmark.batch = batch
    benchmark.globals = global
    benchmark.attention = attention
    benchmark.repeats = repeats
    benchmark.measuresParts = parts
    let result = try benchmark.run(model, options: sourceOptions.open) {
      progress.show("running", $0)
    }
    progress.clear()
    try console.object(result.json)
    let runs = result.seconds.map(\.rounded3).joined(separator: ", ")
    let text = """
      median  \(result.medianSeconds.rounded3) s for \(batch) × \(length.counted("token")), \
      \(result.globalCount) global, \(benchmark.threads.counted("thread"))
      runs    \(runs) s
      rate    \(result.gflops.rounded3) GFLOP/s, \(percent(result.gflops / result.peakGFLOPS)) of \
      this machine's peak; \((result.flops / 1e9).rounded3) GFLOP in all
      peak    \(result.peakGFLOPS.rounded3) GFLOP/s: \(result.processor), \(result.instructionSet)
      memory  \(result.peakBytes.byteText) at most
      """
    try console.result(lines: text.split(separator: "\n").map(String.init))
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
