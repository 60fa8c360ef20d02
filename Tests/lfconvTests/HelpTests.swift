import Foundation
import TestSupport
import Testing

/// The help of every command is a committed text, so that a change of it is seen
/// in review. `make help-texts` renews the texts.
@Suite("Help")
struct HelpTests {
  /// A command as the parser describes it.
  private struct Command {
    let words: [String]
    /// The names of each option that has to be given.
    let required: [[String]]

    var file: String { (["lfconv"] + words).joined(separator: "-") + ".txt" }
  }

  private static let folder = Repository.root + "/Tests/lfconvTests/Help/"
  private static let isRenewed =
    ProcessInfo.processInfo.environment["LFCONV_RENEW_HELP"] == "1"

  /// The root and all that help shows below it.
  private static func commands() throws -> [Command] {
    let tree = try Program.run(["--experimental-dump-help"]).json["command"] as? [String: Any]
    return commands(try #require(tree), [])
  }

  private static func commands(_ tree: [String: Any], _ words: [String]) -> [Command] {
    let required = (tree["arguments"] as? [[String: Any]] ?? []).filter {
      $0["kind"] as? String == "option" && $0["isOptional"] as? Bool == false
        && $0["defaultValue"] == nil
    }.map { option in
      (option["names"] as? [[String: Any]] ?? []).map { name in
        (name["kind"] as? String == "long" ? "--" : "-") + (name["name"] as? String ?? "")
      }
    }
    let inner = (tree["subcommands"] as? [[String: Any]] ?? []).filter {
      $0["shouldDisplay"] as? Bool != false && $0["commandName"] as? String != "help"
    }
    return [Command(words: words, required: required)]
      + inner.flatMap { commands($0, words + [$0["commandName"] as? String ?? ""]) }
  }

  private func help(_ command: Command) throws -> String {
    let result = try Program.run(command.words + ["--help"], environment: ["COLUMNS": "80"])
    #expect(result.exitCode == 0, "\(result.errors)")
    return result.output
  }

  @Test("Every command's help is the text that is committed")
  func committed() throws {
    let commands = try Self.commands()
    #expect(commands.count > 12)
    for command in commands {
      let path = Self.folder + command.file
      let text = try help(command)
      if Self.isRenewed { try Data(text.utf8).write(to: URL(fileURLWithPath: path)) }
      let known = try? String(contentsOfFile: path, encoding: .utf8)
      #expect(
        text == known, "see Tests/lfconvTests/Help/\(command.file); make help-texts renews it")
    }
    let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder)
    #expect(files.sorted() == commands.map(\.file).sorted())
  }

  @Test("Help fits into 80 columns, and what may be copied from it stands on lines of its own")
  func form() throws {
    for command in try Self.commands() {
      let lines = try help(command).components(separatedBy: "\n")
      for line in lines { #expect(line.count <= 80, "\(command.file): \(line)") }
      for section in ["EXAMPLES", "EXIT CODES", "ENVIRONMENT"] {
        guard let start = lines.firstIndex(of: section) else { continue }
        for line in lines[(start + 1)...].prefix(while: { !$0.isEmpty }) {
          #expect(line.hasPrefix("  "), "\(command.file): \(line)")
        }
      }
    }
  }

  @Test("What has to be given is in the synopsis, of help and of the page of the manual")
  func synopsis() throws {
    let scratch = try Scratch()
    #expect(try Program.run(["generate-manual", scratch.path]).exitCode == 0)
    var found = 0
    for command in try Self.commands() where !command.words.isEmpty {
      let text = try help(command)
      let usage = try #require(
        text.components(separatedBy: "\nUSAGE: ").last?.components(separatedBy: "\n\n").first)
      // What only holds commands has no page.
      let page = scratch("lfconv-" + command.words.joined(separator: "-") + ".1")
      guard let page = try? String(contentsOfFile: page, encoding: .utf8) else { continue }
      let synopsis = try #require(
        page.components(separatedBy: ".SH SYNOPSIS\n").last?.components(separatedBy: "\n.SH").first)
      let plain = synopsis.replacing("\\-", with: "-").replacing(".br\n", with: "")
        .replacing(/\\f[BIR]/, with: "")
      // The same words; only the page has no angles around what it slants.
      let bare = usage.split(separator: "\n").map { $0.drop { $0 == " " } }.joined(separator: "\n")
        .replacing("<", with: "").replacing(">", with: "")
      #expect(plain == bare)
      for names in command.required {
        found += 1
        let words = Set(usage.components(separatedBy: CharacterSet(charactersIn: " \n[]()")))
        #expect(!words.isDisjoint(with: names), "\(command.file) does not ask for \(names)")
      }
    }
    #expect(found >= 6)
  }
}
