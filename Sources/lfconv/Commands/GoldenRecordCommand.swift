import ArgumentParser
import LFCore
import LFFiles
import LFVerification

/// `lfconv golden`
struct GoldenCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "golden",
    abstract: "Make golden cases.",
    subcommands: [GoldenRecordCommand.self])
}

/// `lfconv golden record`
struct GoldenRecordCommand: Action {
  static let configuration = CommandConfiguration(
    commandName: "record",
    abstract: "Record what a model computes today as a golden case.",
    discussion: """
      The case holds the inputs, all outputs in float32, and the weights to be equal byte for \
      byte. It is verified before it is put in its place. A recorded case tells when something \
      changes; it does not prove that the outputs are right.

      FILE is a safetensors file with int64 tensors of one shape: input_ids, and optionally \
      attention_mask, global_attention_mask, token_type_ids, position_ids.

      Where the environment variable CI is set nothing is recorded without --force: a pipeline \
      that renews what it is checked against checks nothing.

      EXAMPLES
        lfconv golden record longformer.lfz --inputs inputs.safetensors -o Golden/mine
      """)
  static let schema = "lfconv.golden/1"

  @Argument(help: "The model: a folder, a checkpoint file, or a container.")
  var model: String

  @Option(help: ArgumentHelp("The inputs, as safetensors.", valueName: "file"))
  var inputs: String

  @Option(name: [.customShort("o"), .long], help: "The folder of the case.")
  var output: String

  @Option(help: "The case's name; default: that of its folder.")
  var name: String?

  @Flag(help: "Put the model into the case, as a container, instead of the path to it.")
  var embedModel = false

  @Flag(help: "Do not expect the weights byte for byte.")
  var noTensors = false

  @Flag(help: "Expect the attention probabilities of every layer as well.")
  var attentions = false

  @OptionGroup var common: CommonOptions

  func perform() throws -> Int32 {
    if let text = Machine.environment("CI"), !text.isEmpty, text != "false", !common.force {
      throw LFError(
        .usage, "usage.ci", "golden cases are not recorded where CI is set",
        hint: "record on your own machine and commit the result, or give --force")
    }
    var recorder = GoldenRecorder(
      model: model, inputs: inputs, output: output, threads: common.threadCount)
    recorder.name = name
    recorder.overwrite = common.force
    recorder.embedsModel = embedModel
    recorder.recordsTensors = !noTensors
    recorder.recordsAttentions = attentions
    let result = try recorder.record()
    let console = common.console
    try console.result(
      "recorded \(output): \(result.outputs.count.counted("output")), \(result.tensorsCompared.counted("tensor"))"
    )
    try console.object(
      JSONObject([
        ("schema", .string(Self.schema)), ("output", .string(output)),
        ("outputs", .array(result.outputs.map { .string($0.name) })),
        ("tensors", JSONValue(result.tensorsCompared)),
      ]))
    return 0
  }
}
