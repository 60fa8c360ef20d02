import ArgumentParser
import LFConversion

/// Where a conversion's result goes, and in which form.
struct OutputOptions: ParsableArguments {
  @Option(name: [.customShort("o"), .long], help: "Where the result goes.")
  var output: String

  @Option(help: "Element type of the result's weights: keep, f32, f16 or bf16.")
  var dtype: WeightType = .keep

  @Option(
    help: """
      How a container is compressed: default takes what pays, fast only looks at exponents, none \
      stores tensors raw and aligned, for programs that map the file.
      """)
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
