import ArgumentParser
import LFCheckpoints
import LFCore
import LFFiles
import LFTokenizers
import LFTools

/// `lfconv tokenize`
struct TokenizeCommand: Action {
  static let configuration = CommandConfiguration(
    commandName: "tokenize",
    abstract: "Make texts into the ids that a model reads.",
    usage: "lfconv tokenize [<options>] <model> --text <file>",
    discussion: """
      The ids are those that Hugging Face's tokenizers give, made from the files that the model \
      carries: tokenizer.json, or vocab.json with merges.txt, vocab.txt, a SentencePiece model, \
      fairseq's dict.txt of single characters.

      FILE is UTF-8, one text a line; - is standard input. Bytes that are not UTF-8 are refused, \
      with their place. A text longer than the model reads is cut at its longest input.

      Without -o one line is printed for each text: its number, ids and tokens with --json, its \
      tokens otherwise. With -o a safetensors file is written, with input_ids and attention_mask, \
      int64 [N,S], filled up on the right: what golden record and others take as --inputs.

      EXAMPLES
        lfconv tokenize longformer.lfz --text texts.txt --json
        lfconv tokenize ./roberta-base --text - -o inputs.safetensors
      """)
  static let schema = "lfconv.tokenize/1"

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
    help: ArgumentHelp("A safetensors file for the ids.", valueName: "file"),
    completion: .tensors, transform: CommandValues.path)
  var output: String?

  @OptionGroup var sourceOptions: SourceOptions
  @OptionGroup var common: SharedOptions<ForceAlone>

  func perform() throws -> Int32 {
    let console = common.console
    let tokenizer = try TextTokenizer(model, options: sourceOptions.open)
    for note in tokenizer.tokenizer.notes { console.note(note) }
    var reader = try LineReader(text)
    // Before any work is done for it.
    let file = try output.map { try OutputFile($0, overwrite: common.force) }
    var rows: [[Int32]] = []
    var cutCount = 0
    while let line = try reader.next() {
      let encoding = try tokenizer.encode(line, of: reader.name)
      if encoding.cutCount > 0 {
        cutCount += 1
        let limit = tokenizer.longestInput ?? 0
        console.note(
          "line \(line.index + 1) is cut at \(limit) tokens; \(encoding.cutCount) are left out")
      }
      if file == nil {
        try print(encoding, line.index, tokenizer.tokenizer, console)
      } else {
        rows.append(encoding.ids.map { Int32(truncatingIfNeeded: $0) })
      }
    }
    if let file, let output {
      try write(rows, cutCount, tokenizer.paddingID, to: file, output, console)
    }
    return 0
  }

  private func print(
    _ encoding: TokenEncoding, _ index: Int, _ tokenizer: Tokenizer, _ console: Console
  ) throws(LFError) {
    let tokens = tokenizer.tokens(of: encoding)
    try console.objectLine(
      JSONObject([
        ("index", JSONValue(index)), ("input_ids", .array(encoding.ids.map { JSONValue($0) })),
        ("tokens", .array(tokens.map { .string($0) })),
      ]))
    try console.result("\(index + 1)  " + tokens.joined(separator: " "))
  }

  private func write(
    _ rows: [[Int32]], _ cutCount: Int, _ paddingID: Int, to file: OutputFile, _ path: String,
    _ console: Console
  ) throws(LFError) {
    guard !rows.isEmpty else {
      throw .refused(
        "text.empty", at: .init(file: text), expected: "at least one line", found: "none")
    }
    let source = try TokenRows(rows, paddingID: paddingID)
    try SafetensorsWriter(source).write(to: file)
    try file.publish()
    let count = rows.reduce(0) { $0 + $1.count }
    let length = rows.map(\.count).max() ?? 0
    try console.object(
      JSONObject([
        ("schema", .string(Self.schema)), ("output", .string(path)),
        ("texts", JSONValue(rows.count)), ("length", JSONValue(length)),
        ("tokens", JSONValue(count)), ("cut", JSONValue(cutCount)),
      ]))
    try console.result(
      "wrote   \(path): \(rows.count) texts of at most \(length) tokens, \(count) in all")
  }
}
