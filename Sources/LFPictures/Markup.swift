import LFCore

/// Text and numbers as XML and HTML take them.
package enum Markup {
  /// Text as HTML, XML and SVG show it: special characters escaped, and what is not
  /// seen or not allowed in XML shown as an escape, as a terminal's lines show it.
  package static func text(_ text: String) -> String {
    var result = ""
    var command = CommandPrefix()
    for scalar in text.unicodeScalars {
      let endsCommand = command.ends(with: scalar)
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case _ where endsCommand || scalar.isUnseen:
        result += "\\u{" + String(scalar.value, radix: 16) + "}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// Several lines of text.
  package static func lines(_ lines: [String]) -> String {
    lines.map(text).joined(separator: "\n")
  }

  /// An attribute with its value, led by a space.
  package static func attribute(_ name: String, _ value: String) -> String {
    " \(name)=\"\(text(value))\""
  }

  /// A number with a fixed count of decimals.
  package static func fixed(_ value: Double, _ decimals: Int = 1) -> String {
    guard value.isFinite, abs(value) < 1e15 else { return "0" }
    var scale = 1
    for _ in 0..<decimals { scale *= 10 }
    let whole = Int((abs(value) * Double(scale)).rounded())
    let sign = value < 0 && whole > 0 ? "-" : ""
    guard decimals > 0 else { return sign + String(whole) }
    let rest = String(whole % scale)
    return sign + String(whole / scale) + "."
      + String(repeating: "0", count: decimals - rest.count) + rest
  }

  /// A coordinate, without zeros at its end.
  package static func number(_ value: Double) -> String {
    var text = fixed(value, 2)
    while text.hasSuffix("0") { text.removeLast() }
    if text.hasSuffix(".") { text.removeLast() }
    return text
  }
}
