import LFCore

extension VerificationReport {
  /// Workflow commands that GitHub shows as annotations; nothing when all
  /// passed.
  public var githubAnnotations: String {
    cases.compactMap(\.githubAnnotation).joined()
  }

  /// The results as a job summary in Markdown.
  public var githubSummary: String {
    var text = "### lfconv verify: \(summary)\n\n"
    text += "| | case | first drift | largest error | |\n|---|---|---|---:|---|\n"
    for result in cases {
      let sign =
        switch result.status {
        case .pass: "✅"
        case .fail: "❌"
        case .error: "⚠️"
        }
      let drift = result.firstDriftingLayer.map { "`hidden_states.\($0)`" } ?? ""
      let error = result.outputs.isEmpty ? "" : result.maxAbsolute.rounded3
      var note = result.message.isEmpty ? [] : [result.message]
      if let warning = result.warning { note.append("Warning: " + warning) }
      if let hint = result.hint { note.append("Hint: " + hint) }
      text += "| \(sign) | \(GitHubText.cell([result.name])) | \(drift) | \(error) | "
      text += GitHubText.cell(note) + " |\n"
    }
    return text + "\n"
  }
}

extension CaseResult {
  fileprivate var githubAnnotation: String? {
    guard status != .pass || warning != nil else { return nil }
    let level = status == .pass ? "warning" : "error"
    var body = [status == .pass ? warning ?? "" : message]
    if let hint { body.append("Hint: " + hint) }
    let file = GitHubText.property(folder + "/case.json")
    let title = GitHubText.property("lfconv verify: \(name)")
    return "::\(level) file=\(file),title=\(title)::\(GitHubText.message(body))\n"
  }
}
