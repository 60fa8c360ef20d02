import LFCore
import LFFiles
import LFTools

/// Results on standard output, everything else on standard error.
struct Console: Sendable {
  let isQuiet: Bool
  let isVerbose: Bool
  let isJSON: Bool
  let mayColour: Bool

  /// Prints a result for people; nothing when a JSON object is wanted.
  func result(_ text: String) throws(LFError) {
    guard !isJSON else { return }
    try StandardStreams.output(coloured(text) + "\n")
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

  /// Prints what there is to say about a file of texts.
  func notes(on texts: TextInputs) {
    for note in texts.notes { self.note(note) }
    for cut in texts.cuts {
      let limit = texts.longestInput ?? 0
      note("line \(cut.line + 1) is cut at \(limit) tokens; \(cut.count) are left out")
    }
  }

  /// A progress line, redrawn in place; only a terminal shows it.
  var progress: ProgressLine { ProgressLine(isShown: !isQuiet && StandardStreams.errorIsTerminal) }

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
