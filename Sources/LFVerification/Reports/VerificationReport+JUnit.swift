import LFCore
import LFPictures

extension VerificationReport {
  /// The results as JUnit XML, in the part of it that Surefire and
  /// Jenkins share.
  public var junit: String {
    var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    text += "<testsuites" + counts + ">\n"
    text += "<testsuite" + counts + Markup.attribute("skipped", "0") + ">\n"
    for result in cases { text += result.junit }
    return text + "</testsuite>\n</testsuites>\n"
  }

  private var counts: String {
    let errors = cases.count { $0.status == .error }
    return Markup.attribute("name", "lfconv verify")
      + Markup.attribute("tests", String(cases.count))
      + Markup.attribute("failures", String(failed - errors))
      + Markup.attribute("errors", String(errors))
      + Markup.attribute("time", Markup.fixed(cases.reduce(0) { $0 + $1.seconds }, 3))
  }
}

extension CaseResult {
  fileprivate var junit: String {
    var text = "  <testcase"
    text += Markup.attribute("name", name)
    text += Markup.attribute("classname", "lfconv.verify")
    text += Markup.attribute("time", Markup.fixed(seconds, 3))
    guard status != .pass else { return text + "/>\n" }
    let element = status == .fail ? "failure" : "error"
    let type = error?.code ?? diagnosis?.cause.rawValue ?? "mismatch"
    text += ">\n    <\(element)" + Markup.attribute("message", message)
    text += Markup.attribute("type", type) + ">" + Markup.lines(lines(details: true))
    return text + "</\(element)>\n  </testcase>\n"
  }
}
