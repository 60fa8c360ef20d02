import ArgumentParser
import LFCore
import LFTools

/// `lfconv diff`
struct DiffCommand: Action {
  static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract: "Compare two models tensor by tensor, in any two containers.",
    usage: "lfconv diff [<options>] <a> <b>",
    discussion: """
      The exit code is 0 when every tensor has the same bytes on both sides, and 1 when anything \
      differs.

      Where both are models, tensors are paired by their meaning, whatever names and prefixes they \
      have. Where one is the other after a conversion, what the conversion changed is told apart from \
      all else: position rows that are repeated, global projections that are copies, values that are \
      rounded, tensors that were left out.

      The largest difference comes first. ULP is the number of steps from one value to the other \
      among those that the type can represent; of two floating-point types it is the coarser one, to \
      which the other side is rounded first.

      EXAMPLES
        lfconv diff longformer.lfz ./longformer-hf
        lfconv diff model.pt ./roberta-hf --json
        lfconv diff ./roberta-base longformer.lfz
      """)
  static let schema = "lfconv.diff/1"

  @Argument(
    help: ArgumentHelp("The first model.", valueName: "a"), completion: .model,
    transform: CommandValues.path)
  var first: String

  @Argument(
    help: ArgumentHelp("The second model.", valueName: "b"), completion: .model,
    transform: CommandValues.path)
  var second: String

  @OptionGroup var sourceOptions: SourceOptions
  @OptionGroup var common: SharedOptions<NeitherThreadsNorForce>

  func perform() throws -> Int32 {
    let console = common.console
    let progress = console.progress
    defer { progress.clear() }
    let comparison = try ModelComparison(first, second, options: sourceOptions.open) {
      progress.show("comparing", $0, of: .bytes($1))
    }
    progress.clear()
    console.times(of: progress)
    try console.object(comparison.json)
    for line in DiffText.differences(comparison) { try console.result(line) }
    if !common.quiet { try console.result(DiffText.sum(comparison)) }
    return comparison.isEqual ? 0 : LFError.Kind.mismatch.rawValue
  }
}
