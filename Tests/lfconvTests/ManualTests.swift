import Foundation
import TestSupport
import Testing

/// The pages of the manual, which the program makes of its own help.
@Suite("Manual")
struct ManualTests {
  private let scratch: Scratch

  init() throws {
    scratch = try Scratch()
    let result = try Program.run(["generate-manual", scratch.path])
    #expect(result.exitCode == 0, "\(result.errors)")
  }

  private static let commands = [
    "roberta-to-longformer", "convert", "inspect", "verify", "diff", "check", "golden record",
    "bench", "draw", "tokenize", "encode", "evaluate", "compare-attention",
  ]

  private func page(_ command: String) throws -> String {
    let name = "lfconv-" + command.replacing(" ", with: "-") + ".1"
    return try String(contentsOfFile: scratch(name), encoding: .utf8)
  }

  @Test("Every command that help shows has a page, and the first page lists all")
  func pages() throws {
    let first = try String(contentsOfFile: scratch("lfconv.1"), encoding: .utf8)
    let help = try Program.run(["--help"]).output
    let shown =
      help.components(separatedBy: "SUBCOMMANDS:").last?.split(separator: "\n")
      .filter { $0.contains(/^  [a-z]/) }
      .compactMap { $0.split(separator: " ").first.map(String.init) } ?? []
    #expect(shown.count >= Self.commands.count)
    for command in shown {
      let name = command == "golden" ? "golden record" : command
      #expect(scratch.names.contains("lfconv-" + name.replacing(" ", with: "-") + ".1"))
      #expect(first.contains("\\fB" + name.replacing("-", with: "\\-") + "\\fR\n"), "\(name)")
    }
    #expect(!scratch.names.contains { $0.contains("generate-manual") })
  }

  @Test("A page has what help has: options, examples, and what it is about", arguments: commands)
  func content(command: String) throws {
    let words = command.split(separator: " ").map(String.init)
    let help = try Program.run(words + ["--help"]).output
    let text = try page(command).replacing("\\-", with: "-").replacing("\\(dq", with: "\"")
    #expect(text.hasPrefix(".TH \"LFCONV-"))
    for part in [".SH NAME", ".SH SYNOPSIS", ".SH DESCRIPTION", ".SH EXAMPLES", ".SH OPTIONS"] {
      #expect(text.contains(part + "\n"), "\(part)")
    }
    for option in help.matches(of: /(?m)^  (?:-\w, )?(--[a-z0-9-]+)/).map(\.1)
    where !["--help", "--version"].contains(option) {
      #expect(text.contains("\\fB\(option)\\fR"), "\(option)")
    }
    let examples = help.components(separatedBy: "EXAMPLES\n")[1].components(separatedBy: "\n\n")[0]
    let first = examples.split(separator: "\n")[0].drop { $0 == " " }
    #expect(text.contains(first), "\(first)")
  }

  private static let man: String? = ["/usr/bin/man"].first {
    FileManager.default.isExecutableFile(atPath: $0)
  }

  @Test("man shows every page without a warning", .enabled(if: man != nil, "no man"))
  func shown() throws {
    let man = try #require(Self.man)
    for name in scratch.names where name.hasSuffix(".1") {
      let result = try Program.run(
        ["--warnings", "-E", "UTF-8", "-l", scratch(name)], program: man,
        environment: ["LC_ALL": "C.UTF-8", "MANPAGER": "cat", "MANWIDTH": "100"])
      #expect(result.exitCode == 0 && result.errors.isEmpty, "\(name): \(result.errors)")
      #expect(result.output.contains("SYNOPSIS"))
    }
  }

  @Test("--version tells this version, the libraries that were loaded, and the instruction set")
  func version() throws {
    let lines = try Program.run(["--version"]).output.split(separator: "\n").map(String.init)
    #expect(lines.count == 3)
    #expect(lines[0].wholeMatch(of: /lfconv \d+\.\d+\.\d+/) != nil)
    for library in ["zstd", "protobuf-c", "xxHash", "OpenSSL"] {
      #expect(lines[1].contains(try Regex("\(library) \\d+\\.\\d+\\.\\d+")), "\(lines[1])")
    }
    let baseline = try Program.run(["--version"], environment: ["LFCONV_CPU": "baseline"]).output
    #expect(baseline.contains("instruction set: baseline, on "))
  }
}
