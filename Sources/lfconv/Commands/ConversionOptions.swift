import ArgumentParser
import LFContainer
import LFConversion
import LFCore
import LFModels

/// How a SOURCE is read.
struct SourceOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Which state dictionary to take from a file that holds several, or, with a dot at its end, \
      the prefix of the names to take.
      """, valueName: "name"))
  var key: String?

  @Option(
    help: ArgumentHelp("A config.json for weights that come without one.", valueName: "file"),
    completion: .file(extensions: ["json"]), transform: CommandValues.path)
  var config: String?

  var open: OpenOptions { OpenOptions(key: key, configurationPath: config) }
}

/// Where a conversion's result goes.
struct OutputOptions: ParsableArguments {
  @Option(
    name: [.customShort("o"), .long],
    help: ArgumentHelp(
      "Where the result goes: a container if it ends in .lfz, a folder otherwise.",
      valueName: "out"),
    completion: .model, transform: CommandValues.path)
  var output: String

  /// OUT in the words that the two conversions have for it.
  static let about = """
    OUT that ends in .lfz, in any case, becomes a container; a name that ends like another kind \
    of file (.safetensors, .bin, .pt, .ckpt, .json) and - are refused; anything else becomes a \
    Hugging Face folder.
    """
}

/// The form that a conversion's result has.
struct WeightOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Element type of the result's weights: keep, f32, f16 or bf16. (default: keep)",
      valueName: "type"),
    completion: CommandValues.completion(WeightType.self), transform: CommandValues.choice)
  var dtype: WeightType = .keep

  @Option(
    help: ArgumentHelp(
      """
      How a container is compressed: default takes what pays, fast only looks at exponents, none \
      stores tensors raw and aligned, for programs that map the file.
      """, valueName: "level"),
    completion: CommandValues.completion(CompressionLevel.self),
    transform: CommandValues.choice)
  var compression: CompressionLevel = .default

  @Flag(help: "Convert weights that are NaN or infinite too, instead of refusing them.")
  var allowNonfinite = false

  @Flag(
    name: .customLong("sha256"),
    help: "Compute the SHA-256 of the source's files; a container keeps it, with their names.")
  var sha256 = false

  func apply(to converter: inout Converter) {
    converter.elementType = dtype.elementType
    converter.compression = compression.level
    converter.allowsNonfinite = allowNonfinite
    converter.recordsSHA256 = sha256
  }
}

/// Element types a conversion can write.
enum WeightType: String, CaseIterable {
  case keep, f32, f16, bf16

  var elementType: ElementType? {
    switch self {
    case .keep: nil
    case .f32: .f32
    case .f16: .f16
    case .bf16: .bf16
    }
  }
}

/// How hard a container is compressed.
enum CompressionLevel: String, CaseIterable {
  case none, fast, `default`

  var level: LFZCompression {
    switch self {
    case .none: .none
    case .fast: .fast
    case .default: .standard
    }
  }
}
