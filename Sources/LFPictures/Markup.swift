/// Text and numbers as XML and HTML take them.
package enum Markup {
  /// Text with its special characters escaped; characters that XML 1.0 does not
  /// know are replaced.
  package static func text(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "\t", "\n": result.unicodeScalars.append(scalar)
      case "\u{0}"..<"\u{20}", "\u{7F}"..<"\u{A0}", "\u{FFFE}", "\u{FFFF}": result += "\u{FFFD}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// An attribute with its value, led by a space; line feeds are kept.
  package static func attribute(_ name: String, _ value: String) -> String {
    " \(name)=\""
      + text(value).split(separator: "\n", omittingEmptySubsequences: false)
      .joined(separator: "&#10;") + "\""
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
