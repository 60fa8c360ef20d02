// Words from files and from outside are data wherever they are shown. There is
// one function for each place: here for lines of text, in `JSONWriter` for JSON,
// in LFPictures' `Markup` for HTML, XML and SVG, in LFVerification's `GitHubText`
// for annotations and summaries.

/// Text as a part of one line that steers neither a terminal nor what reads a log.
///
/// Characters that are not seen or that a terminal obeys are shown as escapes, a
/// line feed among them, so that foreign text begins no line. So is what runners
/// of workflows take for a command anywhere in a line (`##[`, `##vso[`).
/// Long text is cut. Applying it twice changes nothing more.
package func printable(_ text: String, limit: Int = 2000) -> String {
  var result = ""
  var count = 0
  var command = CommandPrefix()
  for scalar in text.unicodeScalars {
    count += 1
    if count > limit { return result + "…" }
    if scalar.isUnseen || command.ends(with: scalar) {
      result += "\\u{" + String(scalar.value, radix: 16) + "}"
    } else {
      result.unicodeScalars.append(scalar)
    }
  }
  return result
}

extension Unicode.Scalar {
  /// Whether a reader does not see it as what it is: control characters, line
  /// and paragraph separators, direction marks, private and unknown ones.
  package var isUnseen: Bool {
    if value < 0x7F { return value < 0x20 }
    switch properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned,
      .privateUse:
      return true
    default: return false
    }
  }
}

/// Finds the bracket that makes a command of `##[error]` and `##vso[…]`, which
/// runners of workflows look for anywhere in a line.
package struct CommandPrefix {
  /// Number signs seen, 2 standing for two or more; letters may follow these.
  private var signs = 0

  package init() {}

  /// Whether the scalar ends such a beginning.
  package mutating func ends(with scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "#": signs = min(2, signs + 1)
    case "a"..."z", "A"..."Z", "0"..."9": if signs < 2 { signs = 0 }
    case "[":
      defer { signs = 0 }
      return signs == 2
    default: signs = 0
    }
    return false
  }
}
