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
      var note = result.message
      if let warning = result.warning { note += (note.isEmpty ? "" : "\n") + "Warning: " + warning }
      if let hint = result.hint { note += (note.isEmpty ? "" : "\n") + "Hint: " + hint }
      text += "| \(sign) | \(Self.cell(result.name)) | \(drift) | \(error) | \(Self.cell(note)) |\n"
    }
    return text + "\n"
  }

  /// Text that stays inside a table's cell and is shown as it is.
  private static func cell(_ text: String) -> String {
    var result = ""
    for character in printable(text) {
      switch character {
      case "\n": result += "<br>"
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\\", "`", "*", "_", "[", "]", "|", "#", "~", "@", "!": result += "\\\(character)"
      default: result.append(character)
      }
    }
    return result
  }
}

extension CaseResult {
  fileprivate var githubAnnotation: String? {
    guard status != .pass || warning != nil else { return nil }
    let level = status == .pass ? "warning" : "error"
    var body = status == .pass ? warning ?? "" : message
    if let hint { body += "\nHint: " + hint }
    let file = folder + "/case.json"
    let title = "lfconv verify: \(name)"
    return "::\(level) file=\(Self.property(file)),title=\(Self.property(title))::"
      + Self.data(body) + "\n"
  }

  /// A line feed in a message would end the command, and begin whatever
  /// another one the text spells.
  private static func data(_ text: String) -> String {
    text.unicodeScalars.reduce(into: "") { result, scalar in
      switch scalar {
      case "%": result += "%25"
      case "\r": result += "%0D"
      case "\n": result += "%0A"
      default: result.unicodeScalars.append(scalar)
      }
    }
  }

  private static func property(_ text: String) -> String {
    data(text).unicodeScalars.reduce(into: "") { result, scalar in
      switch scalar {
      case ":": result += "%3A"
      case ",": result += "%2C"
      default: result.unicodeScalars.append(scalar)
      }
    }
  }
}
