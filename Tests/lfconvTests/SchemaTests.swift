import Foundation
import TestSupport
import Testing

/// What every command prints with `--json`, as `Specs/schemas/` describes it.
@Suite("Schemas")
struct SchemaTests {
  private static let longformer =
    Repository.golden("longformer-masked-lm-own-global-projections") + "/source"
  private static let roberta = Repository.golden("roberta-masked-lm-three-windows") + "/source"
  private static let pickle = Repository.golden("pytorch-bin-zip") + "/source/pytorch_model.bin"

  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  /// Runs a command with `--json` and checks what it prints.
  private func check(
    _ command: String, _ arguments: [String], exit: Int32 = 0, isError: Bool? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let words =
      command.split(separator: "-").count == 2 && command.hasPrefix("golden")
      ? ["golden", "record"] : [command]
    let result = try Program.run(words + arguments + ["--json"])
    #expect(result.exitCode == exit, "\(result.errors)", sourceLocation: sourceLocation)
    #expect(
      result.output.split(separator: "\n").count == 1, "one object alone",
      sourceLocation: sourceLocation)
    #expect(
      (result.json["error"] != nil) == (isError ?? (exit > 1)), sourceLocation: sourceLocation)
    #expect(
      try SchemaCheck(command: command).problems(result.json) == [],
      sourceLocation: sourceLocation)
  }

  @Test("Conversions, and what they are made of and into")
  func conversions() throws {
    let windows = ["--attention-window", "4,12,20", "--max-positions", "100", "--sha256"]
    let command = "roberta-to-longformer"
    try check(command, [Self.roberta, "-o", scratch("a.lfz")] + windows)
    try check(command, [Self.roberta, "-o", scratch("x"), "--dry-run"] + windows)
    try check(command, [Self.roberta, "-o", scratch("a.lfz")], exit: 4)
    try check("convert", [scratch("a.lfz"), "-o", scratch("b")])
    try check("convert", [scratch("nowhere"), "-o", scratch("c")], exit: 4)
    try check("inspect", [scratch("a.lfz"), "--tensors"])
    try check("inspect", [scratch("b")])
    try check("inspect", [Self.roberta])
    // Tensors that make up no model are a result as well.
    try scratch.file("unknown.safetensors", HandMadeModel.safetensors([.init("x", [2], [1, 2])]))
    try check("inspect", [scratch("unknown.safetensors"), "--tensors"])
    try check("inspect", [scratch("nowhere")], exit: 4)
    try check("check", [scratch("a.lfz")])
    try check("check", [Self.pickle])
    try check("check", [Self.roberta], exit: 3)
    try check("diff", [scratch("a.lfz"), scratch("b")])
    try check("diff", [scratch("a.lfz"), Self.roberta], exit: 1)
    try check("diff", [scratch("a.lfz"), scratch("nowhere")], exit: 4)
  }

  @Test("Golden cases")
  func golden() throws {
    let name = "longformer-masked-lm-own-global-projections"
    let inputs = Repository.golden(name) + "/inputs.safetensors"
    try check("verify", [Repository.golden(name)])
    try check("verify", [Repository.golden(name), "--perturb"])
    let wrong = try scratch.copy(Repository.golden(name), as: "wrong")
    let file = URL(fileURLWithPath: wrong + "/case.json")
    let text = try String(contentsOf: file, encoding: .utf8).replacing("2e-05", with: "0")
    try Data(text.utf8).write(to: file)
    try check("verify", [wrong, "--perturb"], exit: 1)
    try check("verify", [wrong, "--model", scratch("nowhere")], exit: 4, isError: false)
    try check("verify", [scratch("nowhere")], exit: 4)
    let record = [Self.longformer, "--inputs", inputs, "-o", scratch("case"), "--force"]
    try check("golden-record", record)
    try check(
      "golden-record", [Self.longformer, "--inputs", scratch("nowhere"), "-o", scratch("c")],
      exit: 4)
  }

  @Test("Losses")
  func losses() throws {
    let inputs = Repository.root + "/Golden/evaluation/roberta-masked-lm-three-windows.safetensors"
    try check("evaluate", [Self.roberta, Self.roberta, "--inputs", inputs, "--seed", "3"])
    try check("evaluate", [scratch("nowhere"), "--inputs", inputs], exit: 4)
    try check("evaluate", [Self.roberta, "--inputs", scratch("nowhere")], exit: 4)
  }

  @Test("Patterns compared")
  func patterns() throws {
    let inputs = Repository.root + "/Golden/evaluation/roberta-masked-lm-three-windows.safetensors"
    let call = [Self.roberta, "--inputs", inputs, "--attention", "window:8,lsh:4:2+global:0,3"]
    try check("compare-attention", call + ["--lengths", "8,40", "--html", scratch("page.html")])
    try check("compare-attention", call + ["--html", scratch("page.html")], exit: 4)
    let choices = Repository.golden("multiple-choice-default-globals") + "/source"
    try check("compare-attention", [choices, "--inputs", inputs], exit: 3)
  }

  @Test("Benchmark and picture")
  func others() throws {
    try check("bench", [Self.longformer, "--length", "16", "--repeats", "2"])
    try check("bench", [Self.roberta, "--length", "16", "--repeats", "1", "--parts"])
    try check(
      "bench",
      [Self.longformer, "--length", "16", "--repeats", "1", "--parts", "--attention", "lsh:4:1"])
    try check("draw", ["--attention", "bigbird:4:1", "-o", scratch("c.svg")])
    try check("bench", [Self.longformer, "--length", "400000000"], exit: 2)
    try check("draw", [Self.longformer, "-o", scratch("a.svg")])
    try check("draw", ["--attention-window", "8,4", "-o", scratch("b.svg")])
    try check("draw", [Self.longformer, "-o", scratch("a.svg")], exit: 4)
  }

  @Test("A call that cannot be read at all", arguments: [["verify", "--nonsense"], ["nonsense"]])
  func usage(arguments: [String]) throws {
    let result = try Program.run(arguments + ["--json"])
    #expect(result.exitCode == 64)
    #expect(try SchemaCheck(command: "error").problems(result.json) == [])
  }

  @Test("The check itself: a wrong type, a missing member and one that is not described")
  func notices() throws {
    let schema = try SchemaCheck(command: "draw")
    func problems(_ members: String) throws -> [String] {
      let text = #"{"schema": "lfconv.draw/1", "path": "x", "layers": 2"# + members + "}"
      return schema.problems(try JSONSerialization.jsonObject(with: Data(text.utf8)))
    }
    #expect(try problems(#", "length": 3"#) == [])
    for wrong in ["", #", "length": "3""#, #", "length": 3.5"#, #", "length": -1"#] {
      #expect(try !problems(wrong).isEmpty, "\(wrong)")
    }
    #expect(try problems(#", "length": 3, "width": 3"#) == ["$.width is not described"])
    #expect(try !SchemaCheck(command: "check").problems(["schema": "lfconv.draw/1"]).isEmpty)
  }

  @Test("Every schema is one of a command or of a golden case, and every command has one")
  func complete() throws {
    let files = try FileManager.default.contentsOfDirectory(
      atPath: Repository.root + "/Specs/schemas"
    ).sorted()
    let help = try Program.run(["--help"]).output
    let commands =
      help.components(separatedBy: "SUBCOMMANDS:").last?.split(separator: "\n")
      .filter { $0.contains(/^  [a-z]/) }
      .compactMap { $0.split(separator: " ").first.map(String.init) } ?? []
    #expect(commands.count >= 9)
    let names = commands.map { $0 == "golden" ? "golden-record" : $0 } + ["error", "tensors"]
    #expect(files == names.map { $0 + ".json" }.sorted())
  }
}
