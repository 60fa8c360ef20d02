import ArgumentParser
import LFCore
import LFFamilies
import LFTools

/// `lfconv bench`
struct BenchCommand: Action {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Time the forward pass of a model, on random tokens or on texts.",
    usage: """
      lfconv bench [<options>] <model> --length <n>
      lfconv bench [<options>] <model> --text <file>
      """,
    discussion: """
      Only the encoder's forward pass is timed, after one run that does not count. Loading is not. \
      Texts, one a line, run as encode runs them, without padding; making them into tokens is not \
      timed.

      EXAMPLES
        lfconv bench longformer.lfz --length 4096
        lfconv bench longformer.lfz --length 4096 --repeats 10 --threads 1 --json
        lfconv bench longformer.lfz --length 4096 --parts
        lfconv bench longformer.lfz --text texts.txt
        lfconv bench longformer.lfz --length 4096 --attention blockwise:2+global:first
      """)
  static let schema = "lfconv.bench/1"

  @Argument(help: "The model.", completion: .model, transform: CommandValues.path)
  var model: String

  @Option(parsing: .unconditional, help: ArgumentHelp("Tokens in a row.", valueName: "n"))
  var length: Int?

  @Option(
    help: ArgumentHelp("Texts, one a line; - is standard input.", valueName: "file"),
    completion: .file(), transform: CommandValues.path)
  var text: String?

  @Option(
    name: [.customLong("global-count"), .customLong("global")], parsing: .unconditional,
    help: ArgumentHelp(
      "Global tokens at the beginning of each row. (default: 1, or what --attention says)",
      valueName: "n"))
  var globalCount: Int?

  @Option(
    help: ArgumentHelp(
      "The attention in place of the model's own: \(CommandValues.attentionForms)",
      valueName: "pattern"),
    transform: CommandValues.attention)
  var attention: AttentionName?

  @Option(parsing: .unconditional, help: ArgumentHelp("Rows. (default: 1)", valueName: "n"))
  var batch: Int?

  @Option(parsing: .unconditional, help: ArgumentHelp("Runs that count.", valueName: "n"))
  var repeats = 5

  @Flag(help: "Also tell where the time goes, summed over threads.")
  var parts = false

  @OptionGroup var sourceOptions: SourceOptions
  @OptionGroup var common: SharedOptions<ThreadsAlone>

  func validate() throws {
    guard (length == nil) != (text == nil), batch == nil || text == nil else {
      throw ValidationError("Give --length, with or without --batch, or --text.")
    }
    guard length ?? 1 >= 1, batch ?? 1 >= 1, repeats >= 1,
      globalCount ?? 0 >= 0, globalCount ?? 0 <= length ?? .max
    else {
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
    var benchmark = try benchmark(console)
    let progress = console.progress
    defer { progress.clear() }
    benchmark.globals = globalCount ?? 1
    benchmark.attention = attention
    benchmark.repeats = repeats
    benchmark.measuresParts = parts
    let measured = benchmark
    let result = try benchmark.run(model, options: sourceOptions.open) {
      // The size has been checked by then; the repeats may be any number.
      let (tokens, isBeyond) = measured.tokenCount.multipliedReportingOverflow(by: repeats &+ 1)
      progress.show("running", $0, of: isBeyond ? nil : .items(tokens, "tokens"))
    }
    progress.clear()
    console.times(of: progress)
    try console.object(result.json)
    let runs = result.seconds.map(\.rounded3).joined(separator: ", ")
    let text = """
      median  \(result.medianSeconds.rounded3) s for \(Self.size(benchmark)), \
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

  private func benchmark(_ console: Console) throws -> ForwardBenchmark {
    guard let text else {
      var benchmark = ForwardBenchmark(length: length ?? 1, threads: common.threadCount)
      benchmark.batch = batch ?? 1
      return benchmark
    }
    let inputs = try TextInputs(text, model: model, options: sourceOptions.open)
    console.notes(on: inputs)
    return ForwardBenchmark(texts: inputs.rows, threads: common.threadCount)
  }

  private static func size(_ benchmark: ForwardBenchmark) -> String {
    guard benchmark.texts != nil else {
      return "\(benchmark.batch) × \(benchmark.length.counted("token"))"
    }
    return "\(benchmark.batch.counted("text")) of at most "
      + "\(benchmark.length.counted("token")), \(benchmark.tokenCount) in all"
  }

  private func percent(_ share: Double) -> String { "\((100 * share).rounded3) %" }
}
