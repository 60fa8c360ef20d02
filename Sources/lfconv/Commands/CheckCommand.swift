import ArgumentParser
import LFCore
import LFTools

/// `lfconv check`
struct CheckCommand: Action {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Verify every checksum of a model's file.",
    usage: "lfconv check [<options>] <file>",
    discussion: """
      Reads the whole file. A container has a checksum of every chunk and a digest of everything \
      that is decoded from them; an archive of PyTorch has a CRC-32 of every member. A format \
      without checksums ends with exit code 3.

      EXAMPLES
        lfconv check longformer.lfz
        lfconv check pytorch_model.bin
      """)
  static let schema = "lfconv.check/1"

  @Argument(
    help: ArgumentHelp("The model's file.", valueName: "file"), completion: .model,
    transform: CommandValues.path)
  var path: String

  @OptionGroup var sourceOptions: SourceOptions
  @OptionGroup var common: SharedOptions<ThreadsAlone>

  func perform() throws -> Int32 {
    let console = common.console
    let progress = console.progress
    defer { progress.clear() }
    let result = try ModelCheck(
      path, options: sourceOptions.open, threads: common.threadCount
    ) { progress.show("checking", $0, of: .bytes($1)) }
    progress.clear()
    console.times(of: progress)
    try console.object(result.json)
    if !common.quiet {
      try console.result(
        "intact: \(result.tensors.counted("tensor")) and \(result.files.counted("file")) in "
          + "\(result.fileBytes.byteText), \(result.checksums)"
      )
    }
    return 0
  }
}
