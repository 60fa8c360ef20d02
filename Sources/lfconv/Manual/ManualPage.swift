import LFCore

/// A page of the manual in the language of man(7), made from a command's help.
struct ManualPage {
  /// As in "lfconv-golden-record".
  let name: String
  /// The words that call the command.
  private let words: [String]
  private let command: JSONObject
  /// The usage of its help, a line for each form of it.
  private let usage: String
  private let children: [(name: String, abstract: String)]

  /// The pages of all commands.
  ///
  /// - Parameters:
  ///   - help: what the parser tells of itself, as JSON.
  ///   - usages: what it does not tell: the usage of each command, by its words.
  /// - Throws: `internal.help` when that is not what it was.
  static func all(
    _ help: String, usages: [String: String]
  ) throws(LFError) -> [ManualPage] {
    guard
      let root = try JSONParser.parse(Array(help.utf8), at: .init()).objectValue?["command"]?
        .objectValue
    else { throw LFError(.internal, "internal.help", "the parser's help has another form") }
    return pages(root, behind: [], usages)
  }

  private static func pages(
    _ command: JSONObject, behind parent: [String], _ usages: [String: String]
  ) -> [ManualPage] {
    let words = parent + [command["commandName"]?.stringValue ?? ""]
    let inner = (command["subcommands"]?.arrayValue ?? []).compactMap(\.objectValue).filter {
      $0["shouldDisplay"]?.boolValue != false && $0["commandName"]?.stringValue != "help"
    }
    let below = inner.flatMap { pages($0, behind: words, usages) }
    // What only holds other commands is a line in their parent's page.
    guard inner.isEmpty || parent.isEmpty else { return below }
    let children = below.map { page in
      (page.words.dropFirst().joined(separator: " "), page.text("abstract"))
    }
    return [
      ManualPage(
        name: words.joined(separator: "-"), words: words, command: command,
        usage: usages[words.joined(separator: " ")] ?? "", children: children)
    ] + below
  }

  // MARK: Its text

  /// The page.
  var roff: String {
    var text = """
      .TH "\(Self.plain(name.uppercased()))" "1" "" "\(Self.plain(ToolVersion.text))" "User Commands"
      .SH NAME
      \(Self.plain(name)) \\- \(Self.plain(self.text("abstract")))
      .SH SYNOPSIS
      \(synopsis)

      """
    text += discussion
    if !children.isEmpty {
      text += ".SH COMMANDS\n"
      for child in children {
        text += ".TP\n\\fB\(Self.plain(child.name))\\fR\n\(Self.plain(child.abstract))\n"
      }
    }
    text += options
    let others =
      children.isEmpty
      ? "\\fBlfconv\\fR(1)"
      : children.map { child in
        "\\fB\(Self.plain("lfconv-" + child.name.replacing(" ", with: "-")))\\fR(1)"
      }.joined(separator: ", ")
    return text + ".SH SEE ALSO\n\(others)\n"
  }

  private var arguments: [JSONObject] {
    (command["arguments"]?.arrayValue ?? []).compactMap(\.objectValue).filter {
      $0["shouldDisplay"]?.boolValue != false
    }
  }

  private func text(_ key: String) -> String { command[key]?.stringValue ?? "" }

  private var synopsis: String {
    let call = words.joined(separator: " ")
    let start = "\\fB\(Self.plain(call))\\fR"
    guard children.isEmpty else { return start + " \\fIcommand\\fR" }
    return usage.split(separator: "\n").map { line in
      let rest = line.hasPrefix(call) ? line.dropFirst(call.count) : line
      return start
        + rest.split(separator: " ").map { " " + Self.synopsisWord($0) }.joined()
    }.joined(separator: "\n.br\n")
  }

  /// A word of the usage: what is typed as it stands is bold, what stands for
  /// something else is slanted, brackets are neither.
  private static func synopsisWord(_ word: Substring) -> String {
    let isOpen: Set<Character> = ["[", "(", "<"]
    let isClosed: Set<Character> = ["]", ")", ">"]
    let front = word.prefix { isOpen.contains($0) }
    let rest = word.dropFirst(front.count)
    let core = rest.prefix { !isClosed.contains($0) }
    let back = rest.dropFirst(core.count)
    let style = front.hasSuffix("<") ? "\\fI" : core.hasPrefix("-") ? "\\fB" : "\\fR"
    return String(front).replacing("<", with: "") + style + plain(String(core)) + "\\fR"
      + String(back).replacing(">", with: "")
  }

  /// The discussion; blocks under a heading in capital letters have a section of
  /// their own, in which lines stay as they are.
  private var discussion: String {
    let paragraphs = text("discussion").components(separatedBy: "\n\n")
    guard !paragraphs.isEmpty, !text("discussion").isEmpty else { return "" }
    var result = ""
    var isInside = false
    for paragraph in paragraphs {
      let lines = paragraph.split(separator: "\n").map(String.init)
      guard let first = lines.first else { continue }
      if !first.isEmpty, first.allSatisfy({ $0.isUppercase || $0 == " " }) {
        isInside = false
        result += ".SH \(Self.plain(first))\n.nf\n"
        for line in lines.dropFirst() {
          // A command that goes on in a second line keeps that apart.
          result += Self.line(line.hasPrefix("  ") ? String(line.dropFirst(2)) : line)
        }
        result += ".fi\n"
      } else {
        result += (isInside ? ".PP\n" : ".SH DESCRIPTION\n")
        result += lines.map(Self.line).joined()
        isInside = true
      }
    }
    return result
  }

  private var options: String {
    let shown = arguments.filter { $0["valueName"]?.stringValue != "help" }
    guard children.isEmpty, !shown.isEmpty else { return "" }
    var text = ".SH OPTIONS\n"
    for argument in shown {
      var names = (argument["names"]?.arrayValue ?? []).compactMap(\.objectValue).map { name in
        let dashes = name["kind"]?.stringValue == "long" ? "--" : "-"
        return "\\fB\(Self.plain(dashes + (name["name"]?.stringValue ?? "")))\\fR"
      }
      if argument["kind"]?.stringValue == "positional" {
        names = [Self.value(argument)]
      } else if argument["kind"]?.stringValue == "option", let last = names.popLast() {
        names.append(last + " " + Self.value(argument))
      }
      let about = ["abstract", "discussion"].compactMap { argument[$0]?.stringValue }
        .map { $0.replacing("\n", with: " ") }
      text += ".TP\n\(names.joined(separator: ", "))\n"
      text += about.map(Self.line).joined()
    }
    return text
  }

  private static func value(_ argument: JSONObject) -> String {
    "\\fI\(plain(argument["valueName"]?.stringValue ?? "value"))\\fR"
  }

  /// A line of text that no request can begin.
  private static func line(_ text: String) -> String {
    let text = plain(text)
    return (text.hasPrefix(".") || text.hasPrefix("'") ? "\\&" : "") + text + "\n"
  }

  private static func plain(_ text: String) -> String {
    text.replacing("\\", with: "\\e").replacing("-", with: "\\-").replacing("\"", with: "\\(dq")
  }
}

extension String {
  /// The pieces between a separator.
  fileprivate func components(separatedBy separator: String) -> [String] {
    split(separator: separator, omittingEmptySubsequences: true).map(String.init)
  }
}
