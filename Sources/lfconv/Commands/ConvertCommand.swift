import ArgumentParser
import LFConversion

/// `lfconv convert`
struct ConvertCommand: Action {
  static let configuration = CommandConfiguration(
    commandName: "convert",
    abstract: "Write the same model into another container.",
    usage: "lfconv convert [<options>] <source> -o <out>",
    discussion: """
      SOURCE is as for roberta-to-longformer. \(OutputOptions.about)

      Every weight stays as it is, byte for byte, unless another element type is asked for; then \
      what rounding does to the outputs is measured.

      EXAMPLES
        lfconv convert ./longformer-hf -o longformer.lfz
        lfconv convert longformer.lfz -o ./longformer-hf
      """)
  static let schema = "lfconv.convert/1"

  @Argument(help: "The model to convert.", completion: .model, transform: CommandValues.path)
  var source: String

  @OptionGroup var outputOptions: OutputOptions
  @OptionGroup var weightOptions: WeightOptions
  @OptionGroup var sourceOptions: SourceOptions
  @OptionGroup var common: CommonOptions

  func perform() throws -> Int32 {
    var converter = Converter(
      .sameArchitecture, source: source, output: outputOptions.output, options: sourceOptions.open,
      threads: common.threadCount)
    weightOptions.apply(to: &converter)
    converter.overwrite = common.force
    return try ConversionRun(converter: converter, console: common.console).perform()
  }
}
