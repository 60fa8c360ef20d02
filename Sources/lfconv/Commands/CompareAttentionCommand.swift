import ArgumentParser
import LFCore
import LFEncoder
import LFFamilies
import LFFiles
import LFTools

/// `lfconv compare-attention`
struct CompareAttentionCommand: Action {
  static let configuration = CommandConfiguration(
    commandName: "compare-attention",
    abstract: "Run one model's weights under several attention patterns.",
    usage: """
      lfconv compare-attention [<options>] <model> --inputs <file>
      lfconv compare-attention [<options>] <model> --text <file>
      """,
    discussion: """
      Full attention is the measure. For each pattern: keys a query, operations, seconds, memory, \
      the distance of the hidden states by layer and position, the attention that it drops, and, \
      with a masked-LM head, its loss and how far its predictions move. Nothing is trained.

      FILE is a safetensors file as lfconv evaluate takes it, or with --text one text a line. \
      Inputs longer than the model reads repeat its position embeddings, in memory.

      EXAMPLES
        lfconv compare-attention ./roberta --inputs inputs.safetensors
        lfconv compare-attention longformer.lfz --text texts.txt \\
          --attention window:256,blockwise:2 --lengths 1024,2048 --html page.html
      """)
  static let schema = "lfconv.compare-attention/1"

  @Argument(help: "The model.", completion: .model, transform: CommandValues.path)
  var model: String

  @OptionGroup var rows: RowOptions

  @Option(
    help: ArgumentHelp(
      """
      Patterns, separated by commas: \(CommandValues.attentionForms) (default: some that suit the \
      inputs)
      """, valueName: "pattern,…"),
    transform: CommandValues.attentions)
  var attention: [AttentionName] = []

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Lengths at which time and memory are measured as well.", valueName: "n,n,…"),
    transform: CommandValues.numbers)
  var lengths: [Int] = []

  @Option(
    help: ArgumentHelp("A page with pictures to write.", valueName: "file"),
    completion: .file(extensions: ["html"]), transform: CommandValues.path)
  var html: String?

  @OptionGroup var sourceOptions: SourceOptions
  @OptionGroup var common: CommonOptions

  /// Most tokens of a growth measurement.
  private static let mostTokens = 1 << 20

  func validate() throws {
    guard lengths.allSatisfy({ (1...Self.mostTokens).contains($0) }) else {
      throw ValidationError("--lengths takes numbers from 1 to \(Self.mostTokens).")
    }
  }

  func perform() throws -> Int32 {
    let console = common.console
    let progress = console.progress
    defer { progress.clear() }
    let source = try rows.source()
    var comparison = AttentionComparison(patterns: attention, threads: common.threadCount)
    comparison.lengths = lengths
    comparison.seed = rows.seed
    comparison.options = sourceOptions.open
    // The page's place is taken before hours of work.
    if let html { try OutputRule.checkApart(html, from: model) }
    let page = try html.map { try OutputFile($0, overwrite: common.force) }
    let result = try comparison.run(model) { (model) throws(LFError) in
      try source.rows(for: model)
    } progress: {
      progress.show($0, $1, of: .items($2, "tokens"))
    }
    progress.clear()
    console.times(of: progress)
    if let page {
      let machine =
        "\(ToolVersion.text), \(Machine.processorName), \(InstructionSet.name), "
        + "\(common.threadCount) threads"
      try page.append(Array(ComparisonPage(result: result, machine: machine).html.utf8))
      try page.publish()
    }
    try console.object(result.json)
    try console.result(lines: ComparisonText(result).lines)
    if let html, !common.quiet { try console.result(lines: ["", "page    \(html)"]) }
    return 0
  }
}
