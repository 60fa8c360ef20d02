import LFCore
import LFFiles
import LFTools

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
    StandardStreams.reported()
    try objectLine(json())
  }

  /// Prints one of several results for scripts, a line each, when they are wanted.
  ///
  /// The object about a failure or a signal is still to come behind them.
  func objectLine(_ json: @autoclosure () -> JSONObject) throws(LFError) {
    guard isJSON else { return }
    try StandardStreams.output(JSONValue.object(json()).compact + "\n")
  }

  /// Prints a remark.
  func note(_ text: String) {
    guard !isQuiet else { return }
    tell("note", "36", text)
  }

  /// Prints what there is to say about a file of texts.
  func notes(on texts: TextInputs) {
    for note in texts.notes { self.note(note) }
    for cut in texts.cuts {
      let limit = texts.longestInput ?? 0
      note("line \(cut.line + 1) is cut at \(limit) tokens; \(cut.count) are left out")
    }
  }

  /// Prints what only `--verbose` tells.
  func detail(_ text: String) {
    guard isVerbose else { return }
    tell("info", "2", text)
  }

  private func tell(_ kind: String, _ colour: String, _ text: String) {
    let word = Self.colours(mayColour) ? "\u{1B}[\(colour)m\(kind):\u{1B}[0m" : kind + ":"
    StandardStreams.error("lfconv: \(word) \(printable(text))\n")
  }

  /// Prints a failure, with its hint.
  ///
  /// - Parameter text: what is fit to be shown, an error's own lines.
  static func failure(_ text: String, hint: String? = nil, mayColour: Bool) {
    let isColoured = colours(mayColour)
    func word(_ text: String, _ code: String) -> String {
      isColoured ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }
    var lines = "lfconv: \(word("error:", "1;31")) \(text)\n"
    if let hint { lines += "\(word("hint:", "36")) \(printable(hint))\n" }
    StandardStreams.error(lines)
  }

  /// Whether messages are coloured: on a terminal that knows colours, and not
  /// where the user does not want them.
  private static func colours(_ mayColour: Bool) -> Bool {
    mayColour && StandardStreams.errorIsTerminal && !isDumb
      && Machine.environment("NO_COLOR") == nil
  }

  /// Whether the terminal takes text alone.
  private static var isDumb: Bool { Machine.environment("TERM") == "dumb" }

  /// A progress line, redrawn in place; only a terminal shows it.
  var progress: ProgressLine {
    let isShown = !isQuiet && StandardStreams.errorIsTerminal && !Self.isDumb
    return ProgressLine(
      isShown: isShown, width: isShown ? StandardStreams.errorWidth : 80, ticks: true)
  }

  /// Tells the times of the steps that a line has shown.
  func times(of progress: ProgressLine) {
    guard isVerbose else { return }
    for step in progress.steps { detail("\(step.action) took \(step.seconds.rounded3) s") }
  }

  /// Verdicts at the beginning of a line are coloured on a terminal.
  private func coloured(_ text: String) -> String {
    guard mayColour, StandardStreams.outputIsTerminal, !Self.isDumb,
      Machine.environment("NO_COLOR") == nil
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
