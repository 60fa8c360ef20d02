import ArgumentParser
import LFTools

/// The tokens that models are scored on.
struct RowOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Token ids, as safetensors.", valueName: "file"),
    completion: .tensors, transform: CommandValues.path)
  var inputs: String?

  @Option(
    help: ArgumentHelp("Texts, one a line; - is standard input.", valueName: "file"),
    completion: .file(), transform: CommandValues.path)
  var text: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Seed of the choice of what is scored.", valueName: "n"))
  var seed: UInt64 = 0

  func validate() throws {
    guard (inputs == nil) != (text == nil) else {
      throw ValidationError("Give either --inputs or --text.")
    }
  }

  /// What was given.
  func source() throws -> EvaluationSource {
    if let text { return try EvaluationSource(text: text) }
    return try EvaluationSource(inputs: inputs ?? "")
  }
}
