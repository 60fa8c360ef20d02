/// Writes JSON values as text.
extension JSONValue {
  /// The text without any white space.
  public var compact: String { text(indent: nil) }

  /// The text with an indent of two and a line feed at the end, the form of
  /// Hugging Face's own files.
  public var pretty: String { text(indent: 0) + "\n" }

  // Values that were parsed are bounded in depth, so recursion is too.
  private func text(indent: Int?) -> String {
    switch self {
    case .null: return "null"
    case .bool(let value): return value ? "true" : "false"
    case .number(let number): return number.literal
    case .string(let text): return Self.quoted(text)
    case .array(let items):
      return Self.join(items.map { $0.text(indent: indent.map { $0 + 2 }) }, "[", "]", indent)
    case .object(let object):
      let members = object.members.map { member in
        Self.quoted(member.key) + (indent == nil ? ":" : ": ")
          + member.value.text(indent: indent.map { $0 + 2 })
      }
      return Self.join(members, "{", "}", indent)
    }
  }

  private static func join(
    _ items: [String], _ open: String, _ close: String, _ indent: Int?
  ) -> String {
    guard let indent, !items.isEmpty else {
      return open + items.joined(separator: ",") + close
    }
    let pad = "\n" + String(repeating: " ", count: indent)
    return open + pad + "  " + items.joined(separator: "," + pad + "  ") + pad + close
  }

  /// A text in quotes. Whatever it holds, it steers nothing where the JSON is
  /// shown: everything unseen is escaped, and commands of workflows are broken.
  private static func quoted(_ text: String) -> String {
    var result = "\""
    var command = CommandPrefix()
    for scalar in text.unicodeScalars {
      let endsCommand = command.ends(with: scalar)
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case _ where endsCommand || scalar.isUnseen:
        for unit in UTF16.encode(scalar) ?? .init() {
          let hex = String(unit, radix: 16)
          result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
        }
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
