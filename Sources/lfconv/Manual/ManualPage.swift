import LFCore

/// A page of the manual in the language of man(7), made from a command's help.
struct ManualPage {
  /// As in "lfconv-golden-record".
  let name: String
  /// The words that call the command.
  private let words: [String]
  private let command: JSONObject
  private let children: [(name: String, abstract: String)]

  /// The pages of all commands.
  ///
  /// - Parameter help: what the parser tells of itself, as JSON.
  /// - Throws: `internal.help` when that is not what it was.
  static func all(_ help: String) throws(LFError) -> [ManualPage] {
    guard
      let root = try JSONParser.parse(Array(help.utf8), at: .init()).objectValue?["command"]?
        .objectValue
    else { throw LFError(.internal, "internal.help", "the parser's help has another form") }
    return pages(root, behind: [])
  }

  private static func pages(_ command: JSONObject, behind parent: [String]) -> [ManualPage] {
    let words = parent + [command["commandName"]?.stringValue ?? ""]
    let inner = (command["subcommands"]?.arrayValue ?? []).compactMap(\.objectValue).filter {
      $0["shouldDisplay"]?.boolValue != false && $0["commandName"]?.stringValue != "help"
    }
    let below = inner.flatMap { pages($0, behind: words) }
    // What only holds other commands is a line in their parent's page.
    guard inner.isEmpty || parent.isEmpty else { return below }
    let children = below.map { page in
      (page.words.dropFirst().joined(separator: " "), page.text("abstract"))
    }
    return [
      ManualPage(
        name: words.joined(separator: "-"), words: words, command: command, children: children)
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
    var parts = ["\\fB\(Self.plain(words.joined(separator: " ")))\\fR"]
    guard children.isEmpty else { return parts[0] + " \\fIcommand\\fR" }
    parts.append("[\\fIoptions\\fR]")
    for argument in arguments where argument["kind"]?.stringValue == "positional" {
      let value = Self.value(argument)
      let more = argument["isRepeating"]?.boolValue == true ? " ..." : ""
      parts.append(argument["isOptional"]?.boolValue == true ? "[\(value)]\(more)" : value + more)
    }
    return parts.joined(separator: " ")
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
        result += lines.dropFirst().map { Self.line(String($0.drop { $0 == " " })) }.joined()
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
