import ArgumentParser
import LFCore
import LFFiles

/// `lfconv generate-manual`, for whoever packages the program.
struct GenerateManualCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate-manual", abstract: "Write the pages of the manual into a folder.",
    shouldDisplay: false)

  @Argument(
    help: "A folder that exists.", completion: .directory, transform: CommandValues.path)
  var folder: String

  func run() throws {
    let usages = CommandNames.usages()
    for page in try ManualPage.all(LFConvCommand._dumpHelp(), usages: usages) {
      let file = try OutputFile(Paths.join(folder, page.name + ".1"), overwrite: true)
      try file.append(Array(page.roff.utf8))
      try file.publish()
    }
  }
}
