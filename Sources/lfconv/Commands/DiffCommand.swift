import ArgumentParser
import LFCore
import LFTools

/// `lfconv diff`
struct DiffCommand: Action {
  static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract: "Compare two models tensor by tensor, in any two containers.",
    discussion: """
      The exit code is 0 when every tensor has the same bytes on both sides, and 1 when anything \
      differs.

      EXAMPLES
        lfconv diff longformer.lfz ./longformer-hf
        lfconv diff model.pt ./roberta-hf --json
      """)
  static let schema = "lfconv.diff/1"

  @Argument(help: ArgumentHelp("The first model.", valueName: "a"))
  var first: String

  @Argument(help: ArgumentHelp("The second model.", valueName: "b"))
  var second: String

  @OptionGroup var sourceOptions: SourceOptions
  @OptionGroup var common: CommonOptions

  func perform() throws -> Int32 {
    let console = common.console
    let progress = console.progress
    defer { progress.clear() }
    let comparison = try ModelComparison(first, second, options: sourceOptions.open) {
      progress.show("comparing", $0)
    }
    progress.clear()
    try console.object(comparison.json)
    for name in comparison.onlyInFirst { try console.result("only in a  \(printable(name.text))") }
    for name in comparison.onlyInSecond {
      try console.result("only in b  \(printable(name.text))")
    }
    for tensor in comparison.differing {
      var text = "differs    \(printable(tensor.name.text))  max abs \(tensor.maxAbsolute.rounded3)"
      if let ulp = tensor.maxULP { text += ", max ULP \(ulp)" }
      text += ", cosine \(tensor.cosine)"
      try console.result(text + (tensor.remark.isEmpty ? "" : "  (\(tensor.remark))"))
    }
    if !common.quiet {
      try console.result(
        comparison.isEqual
          ? "equal: \(comparison.compared.counted("tensor")), byte for byte"
          : "different: \(comparison.differing.count) of \(comparison.compared) tensors differ, "
            + "\(comparison.onlyInFirst.count + comparison.onlyInSecond.count) are on one side only"
      )
    }
    return comparison.isEqual ? 0 : LFError.Kind.mismatch.rawValue
  }
}
