import Foundation
import TestSupport
import Testing

/// What a file may write to steer whoever reads a log, a page or an object.
///
/// Each holds the word "gotcha", by which a test sees that it was shown at all, and
/// fits into the name of a file.
enum NastyWords {
  private static let markup = "<script>gotcha()</script>&amp;\"'`|*_]]>-->"

  private static func text(_ ranges: ClosedRange<UInt32>...) -> String {
    var text = ""
    for value in ranges.joined() {
      if let scalar = Unicode.Scalar(value) { text.unicodeScalars.append(scalar) }
    }
    return text
  }

  static let all: [String] = [
    "::error file=a,line=1::gotcha ##[add-mask]gotcha ##vso[task.setvariable variable=a]gotcha",
    "gotcha\n::error file=a::gotcha\r::warning::gotcha\r\n  ::notice::gotcha\u{1B}]0;t\u{7}\u{9B}31m",
    "gotcha" + text(0x01...0x1F, 0x7F...0x9F) + text(0x2028...0x202E, 0x2066...0x2069)
      + text(0x200B...0x200F) + "\u{FEFF}\u{E0001}\u{FFFF}",
    markup + "%0A::error::gotcha",
  ]

  /// The word as a string of JSON, quotes included, in the shortest form.
  static func json(_ word: String) -> String {
    var text = "\""
    for unit in word.utf16 {
      if (0x20..<0x7F).contains(unit), unit != 0x22, unit != 0x5C {
        text.unicodeScalars.append(Unicode.Scalar(UInt8(unit)))
      } else {
        text += "\\u" + String(format: "%04x", unit)
      }
    }
    return text + "\""
  }

  /// What makes a text more than data, empty when nothing does.
  ///
  /// - Parameter annotations: commands that the program itself prints.
  static func problems(_ text: String, annotations: Int = 0) -> [String] {
    var problems: [String] = []
    let seen = text.unicodeScalars.filter { $0 != "\n" }
    for scalar in Set(seen) {
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .unassigned, .privateUse:
        problems.append("U+" + String(scalar.value, radix: 16))
      default: break
      }
    }
    let lines = text.unicodeScalars.split(separator: "\n").map {
      String(String.UnicodeScalarView($0))
    }
    var commands = 0
    for line in lines {
      let start = line.trimmingCharacters(in: .whitespaces)
      if start.hasPrefix("::") { commands += 1 }
      if start.hasPrefix("gotcha") { problems.append("a line begins with it") }
    }
    if commands != annotations { problems.append("\(commands) commands") }
    for command in ["##[", "##vso["] where text.contains(command) { problems.append(command) }
    return problems
  }

  /// Runs the program and demands that it shows the word, as data.
  @discardableResult
  static func expectData(
    _ arguments: [String], in folder: String? = nil, annotations: Int = 0, shows: Bool = true,
    environment: [String: String] = [:], _ place: String = #function
  ) throws -> Program.Result {
    let result = try Program.run(arguments, in: folder, environment: environment)
    let text = result.output + result.errors
    let found = problems(text, annotations: annotations)
    #expect(
      found.isEmpty, "\(place): \(arguments.first ?? ""): \(found) in \(text.debugDescription)")
    if shows {
      #expect(text.contains("gotcha"), "\(place): \(arguments): \(text.debugDescription)")
    }
    #expect(!result.wasSignalled && result.exitCode != 70, "\(place): \(text.debugDescription)")
    if arguments.contains("--json"), arguments.first != "tokenize" {
      #expect(!result.json.isEmpty, "\(place): \(result.output.debugDescription)")
    }
    return result
  }
}
