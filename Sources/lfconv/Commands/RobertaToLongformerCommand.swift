import ArgumentParser
import LFConversion
import LFCore
import LFFamilies

/// `lfconv roberta-to-longformer`
struct RobertaToLongformerCommand: Action {
  static let configuration = CommandConfiguration(
    commandName: "roberta-to-longformer",
    abstract: "Convert a RoBERTa or BERT into a Longformer, prove the result, and write it.",
    usage: "lfconv roberta-to-longformer [<options>] <source> -o <out>",
    discussion: """
      SOURCE is a folder (Hugging Face or its cache, sentence-transformers, or fairseq with \
      dict.txt) or a file (.safetensors, .bin, .pt, .ckpt, an *.index.json, .lfz). XLM-R, \
      CamemBERT, Data2VecText, DistilBERT, ELECTRA, ERNIE and DPR are RoBERTas and BERTs too.

      \(OutputOptions.about)

      A Longformer as SOURCE is extended or shrunk: other windows, another length.

      Position embeddings are extended by repeating the source's rows, the local projections are \
      copied to the global ones. Before anything is published the written result is read back \
      and proven: every byte that is copied, every position row, and the forward pass against \
      the source's. With --dtype the weights are rounded: then they are compared with the source's \
      rounded ones, and what rounding does to the outputs is measured.

      EXAMPLES
        lfconv roberta-to-longformer ./roberta-base -o longformer.lfz
        lfconv roberta-to-longformer model.pt -o ./hf \\
          --attention-window 32,32,64,64 --max-positions 1000
        lfconv roberta-to-longformer ./trained-on -o ./reset \\
          --reset-global-projections
      """)
  static let schema = "lfconv.convert/1"

  @Argument(help: "The model to convert.", completion: .model, transform: CommandValues.path)
  var source: String

  @OptionGroup var outputOptions: OutputOptions

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      Attention window, both sides together: one for all layers, or one a layer. (default: 512, \
      or a Longformer's own)
      """, valueName: "w,w,…"),
    transform: CommandValues.numbers)
  var attentionWindow: [Int] = []

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Longest input of the result, in tokens. (default: 4096, or a Longformer's own)",
      valueName: "n"))
  var maxPositions: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Dilation of the window: one for all layers, or one a layer.", valueName: "d,d,…"),
    transform: CommandValues.numbers)
  var attentionDilation: [Int] = []

  @OptionGroup var weightOptions: WeightOptions
  @OptionGroup var sourceOptions: SourceOptions

  @Flag(
    help: """
      Of a Longformer: copy the local projections over the global ones again. Masked-LM training \
      without global tokens leaves the global ones behind; do this after it, before training on a \
      task.
      """)
  var resetGlobalProjections = false

  @Flag(help: "Publish the result without proving it.")
  var noCheck = false

  @Flag(help: "Read and plan, but write nothing.")
  var dryRun = false

  @OptionGroup var common: CommonOptions

  func perform() throws -> Int32 {
    var options = LongformerOptions(
      attentionWindow: attentionWindow, maxPositions: maxPositions,
      resetsGlobalProjections: resetGlobalProjections)
    if !attentionDilation.isEmpty {
      options.attentionDilation =
        attentionDilation.count == 1
        ? JSONValue(attentionDilation[0]) : .array(attentionDilation.map { JSONValue($0) })
    }
    var converter = Converter(
      .longformer(options), source: source, output: outputOptions.output,
      options: sourceOptions.open,
      threads: common.threadCount)
    weightOptions.apply(to: &converter)
    converter.isChecked = !noCheck
    converter.isDryRun = dryRun
    converter.overwrite = common.force
    return try ConversionRun(converter: converter, console: common.console).perform()
  }
}
