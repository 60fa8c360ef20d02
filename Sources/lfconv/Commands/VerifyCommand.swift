import ArgumentParser
import LFCore
import LFFiles
import LFVerification

/// `lfconv verify`
struct VerifyCommand: Action {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Compare a model's outputs with golden ones.",
    usage: "lfconv verify [<options>] <golden> ...",
    discussion: """
      Each GOLDEN is the folder of a case, or a folder with cases in it, up to three folders deep. \
      The exit code is 0 only when every case was compared and agreed; 1 means that something differs; another code that \
      a case could not be compared. Where a case fails, a hint names the likely cause.

      EXAMPLES
        lfconv verify Golden
        lfconv verify Golden/cases/pad-zero --verbose
        lfconv verify Golden/cases/pad-zero --model converted.lfz --json
        lfconv verify Golden/cases/pad-zero --model weights.bin --config config.json
        lfconv verify Golden --junit report.xml --html report.html --github
        lfconv verify Golden --exact --perturb
      """)
  static let schema = "lfconv.verify/1"

  @Argument(
    help: ArgumentHelp("Golden cases.", valueName: "golden"),
    completion: .directory, transform: CommandValues.path)
  var cases: [String]

  @Option(
    help: "A model to verify in place of each case's own.", completion: .model,
    transform: CommandValues.path)
  var model: String?

  @OptionGroup var sourceOptions: SourceOptions

  @Flag(
    help: """
      Read files that a case names outside of its own folder: without this, paths and links that \
      leave it are refused. For cases that you trust.
      """)
  var allowOutside = false

  @Option(
    help: ArgumentHelp("Write the results as JUnit XML.", valueName: "file"),
    completion: .file(extensions: ["xml"]), transform: CommandValues.path)
  var junit: String?

  @Flag(
    help: """
      Print failures as annotations for GitHub, and add a summary to the file that \
      GITHUB_STEP_SUMMARY names.
      """)
  var github = false

  @Option(
    help: ArgumentHelp("Write a page with pictures of the errors.", valueName: "file"),
    completion: .file(extensions: ["html"]), transform: CommandValues.path)
  var html: String?

  @Flag(
    help: """
      Also run a mutation test: change every case in one place at a time, in memory, and demand \
      that each of these mutants fails.
      """)
  var perturb = false

  @Flag(help: "Fail when an output has other bits than its case states, not only warn.")
  var exact = false

  @OptionGroup var common: CommonOptions

  func perform() throws -> Int32 {
    let console = common.console
    // The reports' places are taken before hours of work.
    let junitFile = try junit.map { try OutputFile($0, overwrite: common.force) }
    let htmlFile = try html.map { try OutputFile($0, overwrite: common.force) }
    var verifier = Verifier(model: model, threads: common.threadCount)
    verifier.openOptions = sourceOptions.open
    verifier.needsDetails = html != nil
    verifier.isExact = exact
    verifier.allowsOutside = allowOutside
    verifier.testsMutations = perturb
    var failure: LFError?
    let progress = console.progress
    defer { progress.clear() }
    var report = try verifier.run(cases) { done, count in
      guard count > 1 else { return }
      progress.show("verifying", Double(done) / Double(count), of: .items(count, "cases"))
    } progress: { result in
      guard !common.quiet || result.status != .pass, failure == nil else { return }
      progress.hide()
      do throws(LFError) {
        try console.result(lines: result.lines(details: common.verbose))
      } catch {
        failure = error
      }
    }
    progress.clear()
    console.times(of: progress)
    if let failure { throw failure }
    report.origin = ReportOrigin(date: Machine.date, command: CommandLine.asTyped)
    // Files first: when one cannot be written, --json still prints one object.
    if let junitFile { try ReportFiles.write(report.junit, to: junitFile) }
    if let htmlFile { try ReportFiles.write(report.html, to: htmlFile) }
    if github, let path = try ForeignNames.environmentPath("GITHUB_STEP_SUMMARY") {
      try ReportFiles.append(report.githubSummary, to: path)
    }
    try console.result(report.summary)
    try console.result("on \(report.processor), with the instruction set \(report.instructionSet)")
    try console.object(report.json)
    if github { try annotate(report) }
    return report.exitCode
  }

  private func annotate(_ report: VerificationReport) throws(LFError) {
    // GitHub reads commands on either stream; --json has standard output to
    // itself.
    if common.json {
      StandardStreams.error(report.githubAnnotations)
    } else {
      try StandardStreams.output(report.githubAnnotations)
    }
  }
}
