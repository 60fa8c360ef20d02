import Foundation
import TestSupport

/// Every text that the sources may print as a hint, found in the sources
/// themselves: a new hint that nobody has followed cannot hide.
enum HintLiterals {
  /// A literal of a hint.
  struct Literal: Hashable {
    /// The fixed pieces of the text, in order; interpolations lie between them.
    let pieces: [String]
    /// Where it stands.
    let place: String

    /// Whether a printed hint contains it.
    func matches(_ hint: String) -> Bool {
      var rest = hint[...]
      for piece in pieces {
        guard let range = rest.range(of: piece) else { return false }
        rest = rest[range.upperBound...]
      }
      return true
    }
  }

  /// All of them; words that are too short to tell anything are left out.
  static func all() throws -> [Literal] {
    let folder = Repository.root + "/Sources"
    let names = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
    var found: [Literal] = []
    for name in names.sorted() where name.hasSuffix(".swift") {
      let text = try String(contentsOfFile: folder + "/" + name, encoding: .utf8)
      found += literals(of: text, name)
    }
    return found
  }

  /// Those of one source file: in arguments labelled `hint:`, and in whatever is
  /// called `hint`, `pageHint` and so on.
  static func literals(of source: String, _ name: String) -> [Literal] {
    let lines = source.components(separatedBy: "\n")
    var found: [Literal] = []
    for (index, line) in lines.enumerated() {
      let code = line.trimmingCharacters(in: .whitespaces)
      guard !code.hasPrefix("//") else { continue }
      // A binding of a hint that is there already defines none.
      let isBinding = ["if ", "guard ", "} else if "].contains(where: code.hasPrefix)
      let isDefinition = !isBinding && code.contains(/(let|var|func) \w*[hH]int\b/)
      // Inside of a string it is text that is printed before a hint.
      let isArgument =
        line.range(of: "hint:").map {
          line[..<$0.lowerBound].count { $0 == "\"" }.isMultiple(of: 2)
        }
        ?? false
      guard isDefinition || isArgument else { continue }
      let start = lines[index...].joined(separator: "\n")
      let from =
        isDefinition
        ? start : start.components(separatedBy: "hint:").dropFirst().joined(separator: "hint:")
      let text = isDefinition ? statement(lines[index...]) : argument(from)
      let place = "\(name):\(index + 1)"
      found += strings(in: text).map { Literal(pieces: $0, place: place) }
    }
    return found.filter { $0.pieces.joined().count(where: \.isLetter) >= 10 }
  }

  /// A definition: up to an empty line, or to the brace that ends it.
  private static func statement(_ lines: ArraySlice<String>) -> String {
    func indent(_ line: String) -> Int { line.prefix { $0 == " " }.count }
    let own = lines.first.map(indent) ?? 0
    var result: [String] = []
    for line in lines {
      if line.isEmpty { break }
      if !result.isEmpty, indent(line) <= own { break }
      result.append(line)
    }
    return result.joined(separator: "\n")
  }

  /// An argument: up to the comma or parenthesis that ends it.
  private static func argument(_ text: String) -> String {
    var depth = 0
    var end = text.startIndex
    while end < text.endIndex {
      let character = text[end]
      if character == "\"" {
        end = afterString(text, end)
        continue
      }
      if "([{".contains(character) { depth += 1 }
      if ")]}".contains(character) {
        if depth == 0 { break }
        depth -= 1
      }
      if character == ",", depth == 0 { break }
      end = text.index(after: end)
    }
    return String(text[..<end])
  }

  /// The place after a string that begins with a quote; interpolations may hold
  /// strings of their own.
  private static func afterString(_ text: String, _ quote: String.Index) -> String.Index {
    var place = text.index(after: quote)
    while place < text.endIndex, text[place] != "\"" {
      if text[place] == "\\" {
        place = text.index(after: place)
        guard place < text.endIndex else { break }
        if text[place] == "(" {
          place = afterInterpolation(text, place)
          continue
        }
      }
      place = text.index(after: place)
    }
    return place < text.endIndex ? text.index(after: place) : place
  }

  private static func afterInterpolation(_ text: String, _ open: String.Index) -> String.Index {
    var depth = 0
    var place = open
    while place < text.endIndex {
      if text[place] == "\"" {
        place = afterString(text, place)
        continue
      }
      if text[place] == "(" { depth += 1 }
      if text[place] == ")" { depth -= 1 }
      place = text.index(after: place)
      if depth == 0 { break }
    }
    return place
  }

  /// The fixed pieces of every string in a piece of source.
  private static func strings(in text: String) -> [[String]] {
    var found: [[String]] = []
    var place = text.startIndex
    while place < text.endIndex {
      guard text[place] == "\"" else {
        place = text.index(after: place)
        continue
      }
      let end = afterString(text, place)
      found.append(pieces(text[text.index(after: place)..<text.index(before: end)]))
      place = end
    }
    return found
  }

  private static func pieces(_ literal: Substring) -> [String] {
    let text = String(literal)
    var pieces = [""]
    var place = text.startIndex
    while place < text.endIndex {
      guard text[place] == "\\" else {
        pieces[pieces.count - 1].append(text[place])
        place = text.index(after: place)
        continue
      }
      place = text.index(after: place)
      guard place < text.endIndex else { break }
      if text[place] == "(" {
        place = afterInterpolation(text, place)
        pieces.append("")
      } else {
        pieces[pieces.count - 1].append(text[place])
        place = text.index(after: place)
      }
    }
    return pieces.filter { !$0.isEmpty }
  }
}
