import ArgumentParser
import LFCore
import LFFiles
import LFTools
import Longformer

/// `lfconv encode`
struct EncodeCommand: Action {
  static let configuration = CommandConfiguration(
    commandName: "encode",
    abstract: "Make texts into vectors.",
    usage: "lfconv encode [<options>] <model> --text <file>",
    discussion: """
      FILE is UTF-8, one text a line; - is standard input. Texts go through the model's own \
      tokenizer, and the states of the last layer become one vector. A text longer than the model \
      reads is cut, and this is said.

      Pooling auto is what sentence-transformers' files beside the model say (modules.json, \
      1_Pooling/config.json, their normalization and prompt among them), and the mean of all \
      tokens where there are none. cls takes the first token, mean and max all of them, none gives \
      the states of all tokens.

      Global tokens auto makes the first token global where it alone stands for the text, with \
      pooling cls; no token otherwise. A text's numbers are the same to the bit whatever else is \
      in the file.

      Without -o a JSON object is printed for each line: index, tokens, cut, embedding. With -o a \
      safetensors file is written, with embeddings float32 [N,H], or with --pooling none \
      last_hidden_state.N float32 [S,H] for each line. Memory does not grow with the number of \
      lines.

      EXAMPLES
        lfconv encode longformer.lfz --text texts.txt -o embeddings.safetensors
        lfconv encode ./all-MiniLM-L6-v2 --text - --normalize
        lfconv encode longformer.lfz --text texts.txt --pooling cls --max-length 1024
      """)
  static let schema = "lfconv.encode/1"

  @Argument(
    help: "The model: a folder, a checkpoint file, or a container.", completion: .model,
    transform: CommandValues.path)
  var model: String

  @Option(
    help: ArgumentHelp("The texts, one a line; - is standard input.", valueName: "file"),
    completion: .file(), transform: CommandValues.path)
  var text: String

  @Option(
    name: [.customShort("o"), .long],
    help: ArgumentHelp("A safetensors file for the vectors.", valueName: "file"),
    completion: .tensors, transform: CommandValues.path)
  var output: String?

  @Option(
    help: ArgumentHelp(
      "How token states become a vector: auto, cls, mean, max or none. (default: auto)",
      valueName: "pooling"),
    completion: CommandValues.completion(Pooling.self), transform: CommandValues.choice)
  var pooling = Pooling.auto

  @Flag(help: "Make vectors as long as 1, whatever the model's files say.")
  var normalize = false

  @Option(
    help: ArgumentHelp(
      "Which tokens are global: auto, none or first. (default: auto)", valueName: "tokens"),
    completion: CommandValues.completion(GlobalTokens.self), transform: CommandValues.choice)
  var global = GlobalTokens.auto

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Most tokens of a text. (default: the longest input, or fewer if max_seq_length says so)",
      valueName: "n"))
  var maxLength: Int?

  @OptionGroup var sourceOptions: SourceOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    guard maxLength ?? 1 >= 1 else { throw ValidationError("--max-length takes 1 or more.") }
  }

  func perform() throws -> Int32 {
    let console = common.console
    let reader = try LineReader(text)
    // Before any work is done for it.
    let file = try output.map { try OutputFile($0, overwrite: common.force) }
    let options = TextEncoderOptions(
      pooling: pooling, normalizes: normalize ? true : nil, globalTokens: global,
      maximumLength: maxLength)
    let encoder = try TextEncoder(
      model, options: options, opening: sourceOptions.open, threads: common.threadCount)
    for note in encoder.notes { console.note(note) }
    let progress = EncodeProgress(console.progress)
    defer { progress.clear() }
    var run = TextFileEncoder(encoder, reader)
    var sink = try file.map { try VectorFile(encoder, to: $0) }
    var cuts = CutNotes(console, progress, limit: encoder.maximumLength)
    let total = try run.run(progress: progress.show) { (line) throws(LFError) in
      cuts.add(line.index, cut: line.embedding.cutCount)
      guard sink != nil else { return try StandardStreams.output(EncodedLine.json(line) + "\n") }
      try sink?.append(line.embedding)
    }
    progress.clear()
    cuts.finish()
    if let file, let output {
      guard total.lines > 0 else {
        throw LFError.refused(
          "text.empty", at: .init(file: text), expected: "at least one line", found: "none")
      }
      try sink?.finish()
      try file.publish()
      try report(total, encoder, output, console)
    }
    return 0
  }

  private func report(
    _ total: TextFileEncoder.Progress, _ encoder: TextEncoder, _ output: String,
    _ console: Console
  ) throws(LFError) {
    let hasStates = pooling == .none
    try console.object(
      JSONObject([
        ("schema", .string(Self.schema)), ("output", .string(output)),
        ("texts", JSONValue(total.lines)), ("tokens", JSONValue(total.tokens)),
        ("width", JSONValue(encoder.vectorSize)), ("cut", JSONValue(total.cutLines)),
        ("max_length", JSONValue(encoder.maximumLength)),
      ]))
    try console.result(
      "wrote   \(output): "
        + (hasStates
          ? "the states of \(total.tokens.counted("token")) in \(total.lines.counted("text")), "
            + "\(encoder.vectorSize) numbers each"
          : "\(total.lines.counted("vector")) of \(encoder.vectorSize) numbers, "
            + "from \(total.tokens.counted("token"))"))
  }
}
