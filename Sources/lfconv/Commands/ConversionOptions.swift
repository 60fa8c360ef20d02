import ArgumentParser
import LFContainer
import LFConversion
import LFCore
import LFModels

/// How a SOURCE is read.
struct SourceOptions: ParsableArguments {
  @Option(
    help: """
      Which state dictionary to take from a file that holds several, or, with a dot at its end, \
      the prefix of the names to take.
      """)
  var key: String?

  @Option(
    help: "A config.json for weights that come without one.",
    completion: .file(extensions: ["json"]), transform: CommandValues.path)
  var config: String?

  var open: OpenOptions { OpenOptions(key: key, configurationPath: config) }
}

/// Where a conversion's result goes, and in which form.
struct OutputOptions: ParsableArguments {
  @Option(
    name: [.customShort("o"), .long],
    help: "Where the result goes: a container (.lfz), or a folder.", completion: .model,
    transform: CommandValues.path)
  var output: String

  @Option(
    help: "Element type of the result's weights: keep, f32, f16 or bf16.",
    completion: CommandValues.completion(WeightType.self), transform: CommandValues.choice)
  var dtype: WeightType = .keep

  @Option(
    help: """
      How a container is compressed: default takes what pays, fast only looks at exponents, none \
      stores tensors raw and aligned, for programs that map the file.
      """, completion: CommandValues.completion(CompressionLevel.self),
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
