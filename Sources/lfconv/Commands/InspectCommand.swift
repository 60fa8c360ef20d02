import ArgumentParser
import LFCore
import LFTools

/// `lfconv inspect`
struct InspectCommand: Action {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Tell what a model or checkpoint is.",
    usage: "lfconv inspect [<options>] <path>",
    discussion: """
      Reads headers only, so that it is quick whatever the size; of a Longformer also the \
      projections, to tell whether the global ones were trained or are still copies of the local ones.

      Parameters that several tensors share, as those of a decoder that is the word embeddings, count \
      once. The memory of a forward pass is that of one sequence of the longest input with one global \
      token, all outputs included; the program itself takes some megabytes more.

      EXAMPLES
        lfconv inspect longformer.lfz
        lfconv inspect ./roberta-base --tensors
      """)
  static let schema = "lfconv.inspect/1"

  @Argument(
    help: "A folder, a checkpoint file, or a container.", completion: .model,
    transform: CommandValues.path)
  var path: String

  @Flag(help: "List every tensor.")
  var tensors = false

  @OptionGroup var sourceOptions: SourceOptions
  @OptionGroup var common: SharedOptions<ThreadsAlone>

  func perform() throws -> Int32 {
    let console = common.console
    let inspection = try Inspection(
      path, options: sourceOptions.open, threads: common.threadCount)
    for note in inspection.notes { console.note(note) }
    try console.object(inspection.json(listsTensors: tensors))
    try console.result(lines: InspectionText.summary(inspection))
    if tensors { try console.result(lines: InspectionText.tensors(inspection)) }
    return 0
  }
}
