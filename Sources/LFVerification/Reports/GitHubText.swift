import LFCore

/// Text as GitHub's workflow commands and job summaries take it: it stays inside of
/// the command, or the table's cell, and is shown as it is.
enum GitHubText {
  /// Lines as the message of a command. A line feed in one of them would end the
  /// command, and begin whatever another one the text spells.
  static func message(_ lines: [String]) -> String {
    lines.map { escaped(printable($0)) }.joined(separator: "%0A")
  }

  /// The value of a command's property.
  static func property(_ text: String) -> String {
    escaped(printable(text)).replacing(":", with: "%3A").replacing(",", with: "%2C")
  }

  /// Lines in a cell of a table in Markdown.
  static func cell(_ lines: [String]) -> String {
    lines.map(cellLine).joined(separator: "<br>")
  }

  private static func escaped(_ text: String) -> String { text.replacing("%", with: "%25") }

  private static func cellLine(_ text: String) -> String {
    var result = ""
    for character in printable(text) {
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\\", "`", "*", "_", "[", "]", "|", "#", "~", "@", "!", ":", "(", ")":
        result += "\\\(character)"
      default: result.append(character)
      }
    }
    return result
  }
}
