import ArgumentParser
import LFCore
import LFFiles
import LFTools
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
    usage: """
      lfconv golden record [<options>] <model> --inputs <file> -o <folder>
      lfconv golden record [<options>] <model> --text <file> -o <folder>
      lfconv golden record [<options>] <model> --length <n> -o <folder>
      """,
    discussion: """
      The case holds the inputs, all outputs in float32, and the weights: as values, to be equal \
      byte for byte, up to 8 MB, and as SHA-256 digests beyond, so that it fits into a repository. \
      It is verified before it is put in its place. A recorded case tells when something changes; \
      it does not prove that the outputs are right.

      FILE is a safetensors file with int64 or int32 tensors of one shape: input_ids, and \
      optionally attention_mask, global_attention_mask, token_type_ids, position_ids. --text takes \
      texts in its place, one a line, through the model's own tokenizer, the shorter ones filled up \
      with padding. \
      --length makes random ids by a rule that others can follow; Specs/golden.md states it.

      Where the environment variable CI is set nothing is recorded without --force: a pipeline \
      that renews what it is checked against checks nothing.

      EXAMPLES
        lfconv golden record model.lfz --inputs inputs.safetensors -o Golden/mine
        lfconv golden record model.lfz --length 64 --seed 1 -o Golden/mine
        lfconv golden record model.lfz --text texts.txt -o Golden/mine
      """)
  static let schema = "lfconv.golden/1"

  @Argument(
    help: "The model: a folder, a checkpoint file, or a container.", completion: .model,
    transform: CommandValues.path)
  var model: String

  @Option(
    help: ArgumentHelp("The inputs, as safetensors.", valueName: "file"),
    completion: .tensors, transform: CommandValues.path)
  var inputs: String?

  @Option(
    help: ArgumentHelp("Texts, one a line; - is standard input.", valueName: "file"),
    completion: .file(), transform: CommandValues.path)
  var text: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Random inputs of so many tokens, in place of a file.", valueName: "n"))
  var length: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("What the random inputs are made from. (default: 0)", valueName: "n"))
  var seed: Int?

  @Option(
    name: [.customShort("o"), .long],
    help: ArgumentHelp("The folder of the case.", valueName: "folder"),
    completion: .directory, transform: CommandValues.path)
  var output: String

  @Option(help: "The case's name. (default: that of its folder)")
  var name: String?

  @Flag(help: "Put the model into the case, as a container, instead of the path to it.")
  var embedModel = false

  @Option(
    help: ArgumentHelp(
      """
      How the case expects the weights: values, digests (a SHA-256 of each tensor), none, or auto: \
      values up to 8 MB, digests beyond. (default: auto)
      """, valueName: "form"),
    completion: CommandValues.completion(WeightForm.self), transform: CommandValues.choice)
  var tensors: WeightForm?

  @Flag(help: "The same as --tensors none.")
  var noTensors = false

  @Flag(help: "Expect the attention probabilities of every layer as well.")
  var attentions = false

  @OptionGroup var sourceOptions: SourceOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    guard [inputs != nil, text != nil, length != nil].count(where: { $0 }) == 1 else {
      throw ValidationError("Give --inputs, --text or --length, one of them.")
    }
    guard length ?? 1 >= 1, seed ?? 0 >= 0 else {
      throw ValidationError("--length takes 1 or more, --seed 0 or more.")
    }
    guard seed == nil || length != nil else {
      throw ValidationError("--seed belongs to --length.")
    }
    guard !noTensors || tensors == nil || tensors == WeightForm.none else {
      throw ValidationError("--no-tensors contradicts --tensors.")
    }
  }

  func perform() throws -> Int32 {
    if let text = Machine.environment("CI"), !text.isEmpty, text != "false", !common.force {
      throw LFError(
        .usage, "usage.ci", "golden cases are not recorded where CI is set",
        hint: "record on your own machine and commit the result, or give --force")
    }
    let source: GoldenRecorder.Inputs
    if let inputs {
      source = .file(inputs)
    } else if let text {
      let texts = try TextInputs(text, model: model, options: sourceOptions.open)
      common.console.notes(on: texts)
      source = .tokens(texts.inputs)
    } else {
      source = .random(length: length ?? 1, seed: seed ?? 0)
    }
    var recorder = GoldenRecorder(
      model: model, inputs: source, output: output, threads: common.threadCount)
    recorder.openOptions = sourceOptions.open
    recorder.name = name
    recorder.overwrite = common.force
    recorder.embedsModel = embedModel
    recorder.weights = noTensors ? GoldenRecorder.Weights.none : (tensors ?? .auto).recorded
    recorder.recordsAttentions = attentions
    let result = try recorder.record()
    let form: WeightForm =
      result.comparesDigests ? .digests : result.tensorsCompared > 0 ? .values : .none
    let console = common.console
    if !embedModel {
      console.note(
        "the case names its model by a path that leaves it: verify it with --allow-outside, or "
          + "with --model; --embed-model puts the model into the case")
    }
    try console.result(
      "recorded \(output): \(result.outputs.count.counted("output")), "
        + result.tensorsCompared.counted("tensor")
        + (form == .none ? "" : " as \(form.rawValue)"))
    try console.object(
      JSONObject([
        ("schema", .string(Self.schema)), ("output", .string(output)),
        ("outputs", .array(result.outputs.map { .string($0.name) })),
        ("tensors", JSONValue(result.tensorsCompared)),
        ("tensors_as", .string(form.rawValue)),
      ]))
    return 0
  }
}

/// What a case holds of the weights.
enum WeightForm: String, CaseIterable {
  case auto, values, digests, none

  var recorded: GoldenRecorder.Weights {
    switch self {
    case .auto: .auto
    case .values: .values
    case .digests: .digests
    case .none: .none
    }
  }
}
