import LFCore
import LFFiles

/// Results on standard output, everything else on standard error.
struct Console: Sendable {
  let isQuiet: Bool
  let isVerbose: Bool
  let isJSON: Bool
  let mayColour: Bool

  /// Prints a line of a result for people; nothing when a JSON object is wanted.
  ///
  /// Words from files in it steer nothing; it has to begin with a word of the
  /// program, since what begins a line may be a command to who reads the log.
  func result(_ line: String) throws(LFError) { try result(lines: [line]) }

  /// Prints lines of a result.
  func result(lines: [String]) throws(LFError) {
    guard !isJSON else { return }
    let shown = lines.map { coloured(printable($0, limit: .max)) + "\n" }
    try StandardStreams.output(shown.joined())
  }

  /// Prints the result for scripts, when it is wanted.
  func object(_ json: @autoclosure () -> JSONObject) throws(LFError) {
    guard isJSON else { return }
    try StandardStreams.output(JSONValue.object(json()).compact + "\n")
  }

  /// Prints a remark.
  func note(_ text: String) {
    guard !isQuiet else { return }
    StandardStreams.error("lfconv: note: \(printable(text))\n")
  }

  /// A progress line, redrawn in place; only a terminal shows it.
  var progress: ProgressLine { ProgressLine(isShown: !isQuiet && StandardStreams.errorIsTerminal) }

  /// Prints an error and its hint.
  static func error(_ error: LFError) {
    var text = "lfconv: error: \(error)\n"
    if let hint = error.hint { text += "hint: \(printable(hint))\n" }
    StandardStreams.error(text)
  }

  /// Verdicts at the beginning of a line are coloured on a terminal.
  private func coloured(_ text: String) -> String {
    guard mayColour, StandardStreams.outputIsTerminal, Machine.environment("NO_COLOR") == nil
    else { return text }
    let colours = [
      ("pass ", "32"), ("FAIL ", "31"), ("ERROR ", "33"), ("proved ", "32"),
      ("skipped ", "33"),
    ]
    for (word, code) in colours where text.hasPrefix(word) {
      return "\u{1B}[\(code)m" + word + "\u{1B}[0m" + text.dropFirst(word.count)
    }
    return text
  }
}
