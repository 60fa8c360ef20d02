import LFConversion
import LFCore
import LFPictures

extension VerificationReport {
  /// The results as one page that needs nothing beside itself: no script, no
  /// font, no picture from elsewhere. It is well-formed XML as well.
  public var html: String {
    let title = cases.count == 1 ? "\(cases[0].name): \(cases[0].verdict)" : headline
    var text = """
      <!DOCTYPE html>
      <html lang="en"><head><meta charset="utf-8"/>
      <meta name="viewport" content="width=device-width, initial-scale=1"/>
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"/>
      <title>\(Markup.text(title))</title>
      <style>\(PageStyle.sheet)</style></head>
      <body><main><header><h1>\(Markup.text(title))</h1>
      <p class="soft">\(Markup.text(summary))\(seconds)</p></header>

      """
    text += SummaryTable(cases: cases).html
    for (index, result) in cases.enumerated() {
      let isOpen = result.status != .pass || cases.count <= 2
      text += CaseSection(result: result, index: index, isOpen: isOpen).html
    }
    text += "<footer>Written by \(Markup.text(ToolVersion.text)). An error is |x − e|; a value "
    text += "agrees when its error is within atol + rtol·|e|.</footer>\n"
    return text + "</main></body></html>\n"
  }

  private var headline: String {
    let differing = cases.count { $0.status == .fail }
    if failed == 0 { return "All \(cases.count) cases agree" }
    if differing == 0 { return "\(failed) of \(cases.count) cases could not be verified" }
    return "\(differing) of \(cases.count) cases \(differing == 1 ? "differs" : "differ")"
  }

  private var seconds: String {
    " · \(Markup.fixed(cases.reduce(0) { $0 + $1.seconds }, 2)) s"
  }
}

extension CaseResult {
  /// One word for people.
  var verdict: String {
    switch status {
    case .pass: "pass"
    case .fail: "fail"
    case .error: "error"
    }
  }
}
