import ArgumentParser
import TensorCore
import Verification

/// `lfconv verify`
struct VerifyCommand: Action {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Hold a model's outputs against golden ones.",
    discussion: """
      Each GOLDEN is the folder of a case, or a folder of such folders. The exit code is 0 only \
      when every case was compared and agreed; 1 means that something differs; another code that \
      a case could not be compared.

      EXAMPLES
        lfconv verify Golden
        lfconv verify Golden/pad-zero --verbose
        lfconv verify Golden/pad-zero --model converted.lfz --json
      """)
  static let schema = "lfconv.verify/1"

  @Argument(help: ArgumentHelp("Golden cases.", valueName: "golden"))
  var cases: [String]

  @Option(help: "A model to verify in place of each case's own.")
  var model: String?

  @OptionGroup var common: CommonOptions

  func perform() throws -> Int32 {
    let console = common.console
    let verifier = Verifier(model: model, threads: common.threadCount)
    var failure: LFError?
    let report = try verifier.run(cases) { result in
      guard !common.quiet || result.status != .pass, failure == nil else { return }
      do throws(LFError) { try console.result(result.text(details: common.verbose)) } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    try console.result(report.summary)
    try console.object(report.json)
    return report.exitCode
  }
}
