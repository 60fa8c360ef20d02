import ArgumentParser
import Conversion

/// `lfconv convert`
struct ConvertCommand: Action {
  static let configuration = CommandConfiguration(
    commandName: "convert",
    abstract: "Write the same model into another container.",
    discussion: """
      SOURCE and OUT are as for roberta-to-longformer. Every weight stays as it is, byte for \
      byte.

      EXAMPLES
        lfconv convert ./longformer-hf -o longformer.lfz
        lfconv convert longformer.lfz -o ./longformer-hf
      """)
  static let schema = "lfconv.convert/1"

  @Argument(help: "The model to convert.")
  var source: String

  @Option(name: [.customShort("o"), .long], help: "Where the result goes.")
  var output: String

  @OptionGroup var sourceOptions: SourceOptions
  @OptionGroup var common: CommonOptions

  func perform() throws -> Int32 {
    var converter = Converter(
      .sameArchitecture, source: source, output: output, options: sourceOptions.open,
      threads: common.threadCount)
    converter.overwrite = common.force
    try ConversionText.run(converter, common.console)
    return 0
  }
}
