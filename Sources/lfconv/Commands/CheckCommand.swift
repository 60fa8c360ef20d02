import ArgumentParser
import LFConversion
import LFCore
import LFTools

/// `lfconv check`
struct CheckCommand: Action {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Verify every checksum of a container.",
    discussion: """
      Reads the whole file: structure, padding, the checksum of every chunk, and the digest of \
      everything that is decoded from them.

      EXAMPLES
        lfconv check longformer.lfz
      """)
  static let schema = "lfconv.check/1"

  @Argument(help: ArgumentHelp("The container.", valueName: "file.lfz"))
  var path: String

  @OptionGroup var common: CommonOptions

  func perform() throws -> Int32 {
    let console = common.console
    let result = try ModelCheck(path, threads: common.threadCount)
    try console.object(result.json)
    if !common.quiet {
      try console.result(
        "intact: \(result.tensors) tensors and \(result.files) files in \(result.fileBytes.byteText)"
      )
    }
    return 0
  }
}
