import ArgumentParser
import LFCore
import LFFamilies
import LFTools

/// `lfconv evaluate`
struct EvaluateCommand: Action {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Measure the masked-LM loss of models, side by side.",
    usage: """
      lfconv evaluate [<options>] <model> ... --inputs <file>
      lfconv evaluate [<options>] <model> ... --text <file>
      """,
    discussion: """
      FILE is a safetensors file with int64 or int32 tensors [B,S]: input_ids, and optionally \
      attention_mask, global_attention_mask, token_type_ids and labels. Labels are token ids, -100 \
      where nothing is scored. Without labels 15 % of the ordinary tokens are chosen by the seed, \
      replaced by the mask token and scored.

      With --text every model reads the texts through its own tokenizer, and bits a character are \
      told as well. A row or text that is longer than a model reads is taken in pieces of its \
      longest input.

      EXAMPLES
        lfconv evaluate ./roberta longformer.lfz --inputs inputs.safetensors
        lfconv evaluate ./roberta longformer.lfz --text texts.txt
        lfconv evaluate longformer.lfz --text texts.txt --length 1024 --seed 7 --json
      """)
  static let schema = "lfconv.evaluate/1"

  @Argument(
    help: ArgumentHelp("The models.", valueName: "model"), completion: .model,
    transform: CommandValues.path)
  var models: [String]

  @OptionGroup var rows: RowOptions

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Tokens that a model reads at once. (default: its longest input)", valueName: "n"))
  var length: Int?

  @Option(
    help: ArgumentHelp(
      "The attention in place of the models' own: \(CommandValues.attentionForms)",
      valueName: "pattern"),
    transform: CommandValues.attention)
  var attention: AttentionName?

  @OptionGroup var sourceOptions: SourceOptions
  @OptionGroup var common: SharedOptions<ThreadsAlone>

  func validate() throws {
    guard length ?? 1 >= 1 else { throw ValidationError("--length takes 1 or more.") }
  }

  func perform() throws -> Int32 {
    let console = common.console
    let progress = console.progress
    defer { progress.clear() }
    var evaluation = Evaluation(threads: common.threadCount)
    evaluation.length = length
    evaluation.attention = attention
    evaluation.seed = rows.seed
    evaluation.options = sourceOptions.open
    let source = try rows.source()
    let results = try evaluation.run(models) { (model) throws(LFError) in
      try source.rows(for: model)
    } progress: {
      progress.show("evaluating \($0 + 1) of \(models.count)", $1, of: .items($2, "tokens"))
    }
    progress.clear()
    console.times(of: progress)
    try console.object(
      JSONObject([("schema", .string(Self.schema)), ("models", .array(results.map(\.json)))]))
    try console.result(lines: EvaluationText(results).lines)
    return 0
  }
}
