import ArgumentParser
import LFCore

/// The commands by their names.
///
/// The parser takes a word that is no command for an argument of the root, and
/// complains about whatever comes behind it.
enum CommandNames {
  /// Refuses a command that there is not.
  ///
  /// - Parameter arguments: without the program's own name.
  /// - Throws: `usage.arguments`, with the command that was meant where one is near.
  static func check(_ arguments: [String]) throws(LFError) {
    // Scripts of shells ask for what stands in no help.
    guard !arguments.contains(where: isOfScripts) else { return }
    var command: any ParsableCommand.Type = LFConvCommand.self
    var path: [String] = []
    var rest = arguments[...]
    while !command.configuration.subcommands.isEmpty {
      guard let index = rest.firstIndex(where: { !$0.hasPrefix("-") }) else { return }
      let word = rest[index]
      rest = rest[(index + 1)...]
      if word == help, path.isEmpty, index == arguments.startIndex {
        continue
      }
      let known = command.configuration.subcommands
      guard let next = known.first(where: { name($0) == word }) else {
        let shown = known.filter { $0.configuration.shouldDisplay }
        throw unknown(path + [word], among: shown.map { name($0) })
      }
      command = next
      path.append(word)
    }
  }

  /// How each command is called, as its help says it, by the words that call it.
  static func usages() -> [String: String] {
    usages(below: LFConvCommand.self, behind: [])
  }

  private static func usages(
    below command: any ParsableCommand.Type, behind parent: [String]
  ) -> [String: String] {
    let words = parent + [name(command)]
    var result: [String: String] = [:]
    result[words.joined(separator: " ")] = command.configuration.usage
    for inner in command.configuration.subcommands {
      result.merge(usages(below: inner, behind: words)) { first, _ in first }
    }
    return result
  }

  private static let help = "help"

  private static func isOfScripts(_ word: String) -> Bool {
    word.hasPrefix("---") || word.hasPrefix("--generate-completion-script")
      || word == "--experimental-dump-help"
  }

  private static func name(_ command: any ParsableCommand.Type) -> String {
    command.configuration.commandName ?? ""
  }

  private static func unknown(_ path: [String], among names: [String]) -> LFError {
    let found = printable(path.joined(separator: " "), limit: 80)
    let parent = path.dropLast()
    let names = parent.isEmpty ? names + [help] : names
    let near = nearestName(to: path.last ?? "", among: names)
      .map { "did you mean '\((parent + [$0]).joined(separator: " "))'?" }
    let ask = (["lfconv"] + parent + ["--help"]).joined(separator: " ")
    return LFError(
      .usage, "usage.arguments", "unknown command '\(found)'; \(near ?? "see '\(ask)'")")
  }
}
