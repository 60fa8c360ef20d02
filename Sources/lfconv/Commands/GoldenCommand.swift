import ArgumentParser

/// `lfconv golden`
struct GoldenCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "golden",
    abstract: "Make golden cases.",
    subcommands: [GoldenRecordCommand.self])
}
