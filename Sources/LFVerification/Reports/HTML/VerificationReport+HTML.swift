import LFConversion
import LFCore
import LFPictures

extension VerificationReport {
  /// The results as one page that needs nothing beside itself: no script, no
  /// font, no picture from elsewhere. It is well-formed XML as well.
  public var html: String {
    let title = cases.count == 1 ? "\(cases[0].name): \(cases[0].verdict)" : headline
    let ordered = failuresFirst
    var text = """
      <!DOCTYPE html>
      <html lang="en"><head><meta charset="utf-8"/>
      <meta name="viewport" content="width=device-width, initial-scale=1"/>
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"/>
      <title>\(Markup.text(title))</title>
      <style>\(PageStyle.sheet)</style></head>
      <body><main><header><h1>\(Markup.text(title))</h1>
      <p class="soft">\(Markup.text(summary))\(seconds)</p>
      \(facts)</header>

      """
    text += SummaryTable(cases: ordered).html
    for (index, result) in ordered.enumerated() {
      let isOpen = result.status != .pass || cases.count <= 2
      text += CaseSection(result: result, index: index, isOpen: isOpen).html
    }
    text += "<footer>An error is |x − e|. A value agrees when its error is within atol + rtol·|e|, "
    text += "its tolerance.</footer>\n"
    return text + "</main></body></html>\n"
  }

  /// What failed, then what could not be compared, then what agreed; each in the
  /// order of the run.
  private var failuresFirst: [CaseResult] {
    [.fail, .error, .pass].flatMap { (status: CaseResult.Status) in
      cases.filter { $0.status == status }
    }
  }

  /// When, by what and on what it was made.
  private var facts: String {
    var rows: [(String, String)] = []
    if let origin { rows += [("date", origin.date), ("command", origin.command)] }
    let models = Set(cases.compactMap(\.modelPath))
    if models.count == 1, let model = models.first { rows.append(("model", model)) }
    rows += [
      ("version", ToolVersion.text),
      ("processor", "\(processor), instruction set \(instructionSet)"),
    ]
    let items = rows.map { name, value in
      "<dt>\(name)</dt><dd>\(Markup.text(value))</dd>"
    }
    return "<dl class=\"facts\">" + items.joined() + "</dl>"
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
