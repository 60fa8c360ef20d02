import Foundation
import TestSupport
import Testing

/// What a call that is wrong in one word is told.
@Suite("Wrong calls")
struct UsageTests {
  private static let roberta = Repository.golden("roberta-masked-lm-three-windows") + "/source"

  private let scratch: Scratch
  init() throws { scratch = try Scratch() }

  @Test(
    "A command that there is not is named, with the one that was meant",
    arguments: [
      ("inspct S", "unknown command 'inspct'; did you mean 'inspect'?"),
      (
        "roberta-to-longfomer S -o b",
        "unknown command 'roberta-to-longfomer'; did you mean 'roberta-to-longformer'?"
      ),
      ("help nope", "unknown command 'nope'; see 'lfconv --help'"),
      ("help inspct", "unknown command 'inspct'; did you mean 'inspect'?"),
      ("golden recrod x", "unknown command 'golden recrod'; did you mean 'golden record'?"),
      ("golden", ""),
      ("golden nope", "unknown command 'golden nope'; see 'lfconv golden --help'"),
      ("VERIFY x", "unknown command 'VERIFY'; did you mean 'verify'?"),
      ("eval x", "unknown command 'eval'; did you mean 'evaluate'?"),
      ("--json inspct", "unknown command 'inspct'; did you mean 'inspect'?"),
      ("hlep", "unknown command 'hlep'; did you mean 'help'?"),
    ])
  func commands(call: String, message: String) throws {
    let words = call.split(separator: " ").map(String.init)
    let result = try Program.run(words)
    guard !message.isEmpty else {
      #expect(result.exitCode == 0 && result.output.contains("record"))
      return
    }
    #expect(result.exitCode == 64)
    #expect(result.output.isEmpty == !call.contains("--json"))
    #expect(result.errors == "lfconv: error: \(message) [usage.arguments]\n")
    let json = try Program.run(words + ["--json"]).json
    #expect(try SchemaCheck(command: "error").problems(json) == [])
    #expect((json["error"] as? [String: Any])?["message"] as? String == message)
  }

  @Test("Help of a command that there is, and of none, is no error")
  func help() throws {
    for call in [["help"], ["help", "golden", "record"], ["--help"], [], ["--version"]] {
      let result = try Program.run(call)
      #expect(result.exitCode == 0 && result.errors.isEmpty, "\(call)")
    }
  }

  @Test(
    "A value that an option does not have is told with those that it has",
    arguments: [
      (
        "convert $R -o x.lfz --dtype fp16",
        "expected keep, f32, f16 or bf16, found 'fp16'; did you mean 'f16'?"
      ),
      ("convert $R -o x.lfz --compression zstd", "expected none, fast or default, found 'zstd'"),
      ("convert $R -o x.lfz --compression fsat", "did you mean 'fast'?"),
      ("golden record $R --length 4 -o x --tensors digest", "did you mean 'digests'?"),
      ("bench $R --length 4 --attention blokwise:2", "did you mean blockwise?"),
      ("inspect $R --tensor", "Did you mean '--tensors'?"),
    ])
  func values(call: String, message: String) throws {
    let words = call.replacing("$R", with: Self.roberta).split(separator: " ").map(String.init)
    let result = try Program.run(words, in: scratch.path)
    #expect(result.exitCode == 64)
    #expect(result.errors.contains(message), "\(result.errors)")
    #expect(scratch.names.isEmpty)
  }

  @Test(
    "A number below its range is told so, and not taken for an option",
    arguments: [
      ("inspect $R --threads -1", "--threads takes a number from 1 to 1024, found -1"),
      ("inspect $R --threads 0", "--threads takes a number from 1 to 1024, found 0"),
      ("bench $R --length -5", "--length, --batch and --repeats take 1 or more"),
      ("bench $R --length 4 --global -1", "--global-count from 0 to the length"),
      ("bench $R --length 4 --batch -2", "--length, --batch and --repeats take 1 or more"),
      ("roberta-to-longformer $R -o x.lfz --attention-window -4", "found -4"),
      ("roberta-to-longformer $R -o x.lfz --attention-window 5", "found 5"),
      ("roberta-to-longformer $R -o x.lfz --max-positions -1", "found -1"),
      ("roberta-to-longformer $R -o x.lfz --attention-dilation -2", "found -2"),
      ("draw --attention-window -8 -o x.svg", "even numbers of 2 or more"),
      ("draw --attention-window 8 --length -8 -o x.svg", "--length takes a number from 1"),
      ("draw --attention-window 8 --global -3 -o x.svg", "counted from 0"),
      ("evaluate $R --inputs x --length -4", "--length takes 1 or more"),
      ("golden record $R --length -4 -o x", "--length takes 1 or more"),
      ("golden record $R --length 4 --seed -4 -o x", "--seed 0 or more"),
      ("compare-attention $R --inputs x --lengths -4", "--lengths takes numbers from 1"),
    ])
  func numbers(call: String, message: String) throws {
    let words = call.replacing("$R", with: Self.roberta).split(separator: " ").map(String.init)
    let result = try Program.run(words, in: scratch.path)
    #expect(result.exitCode == 64, "\(result.errors)")
    #expect(result.errors.contains(message), "\(result.errors)")
    #expect(!result.errors.contains("Missing value"))
    #expect(scratch.names.isEmpty)
  }

  @Test(
    "An output's name decides what is written: what ends like another kind of file is refused",
    arguments: [
      "out.safetensors", "pytorch_model.bin", "x.PT", "x.pth", "last.ckpt", "config.json", "-", "",
    ])
  func outputNames(name: String) throws {
    for call in [
      ["roberta-to-longformer", Self.roberta, "--attention-window", "4", "-o", name],
      ["convert", Self.roberta, "-o", name, "--force"],
      ["roberta-to-longformer", Self.roberta, "--dry-run", "-o", name],
    ] {
      let result = try Program.run(call, in: scratch.path)
      #expect(result.exitCode == 64, "\(call)")
      #expect(result.errors.contains(name.isEmpty ? "expected a path" : "\(name): expected a name"))
      #expect(scratch.names.isEmpty)
    }
  }

  @Test("An ending in capital letters makes a container too; other endings make folders")
  func endings() throws {
    for name in ["OUT.LFZ", "b.Lfz", "roberta.v2", "bin"] {
      let result = try Program.run(["convert", Self.roberta, "-o", name], in: scratch.path)
      #expect(result.exitCode == 0, "\(result.errors)")
      var isFolder: ObjCBool = false
      #expect(FileManager.default.fileExists(atPath: scratch(name), isDirectory: &isFolder))
      #expect(isFolder.boolValue == !name.lowercased().hasSuffix(".lfz"))
      #expect(try Program.run(["inspect", name], in: scratch.path).exitCode == 0)
    }
    #expect(
      FileManager.default.contentsEqual(atPath: scratch("OUT.LFZ"), andPath: scratch("b.Lfz")))
  }

  @Test("An empty path is refused wherever a path is expected")
  func emptyPaths() throws {
    let golden = Repository.golden("pad-zero")
    for call in [
      ["inspect", ""], ["diff", Self.roberta, ""], ["verify", golden, "--html", ""],
      ["verify", golden, "--junit", ""], ["draw", Self.roberta, "-o", ""],
      ["tokenize", Self.roberta, "--text", "-", "-o", ""], ["verify", ""],
      ["golden", "record", Self.roberta, "--length", "4", "-o", ""],
      ["inspect", Self.roberta, "--config", ""],
    ] {
      let result = try Program.run(call, in: scratch.path)
      #expect(result.exitCode == 64, "\(call)")
      #expect(result.errors.contains("expected a path, found nothing"), "\(result.errors)")
    }
  }

  @Test("A picture that is no SVG is refused by its name", arguments: ["x.png", "x.pdf", "x"])
  func pictures(name: String) throws {
    let result = try Program.run(["draw", Self.roberta, "-o", name], in: scratch.path)
    #expect(result.exitCode == 64)
    #expect(result.errors.contains("expected a name that ends in .svg, found '\(name)'"))
    #expect(scratch.names.isEmpty)
    #expect(
      try Program.run(["draw", Self.roberta, "-o", "x.SVG"], in: scratch.path).exitCode == 0)
  }

  @Test("A key that is nearly right is met with the one that is")
  func keys() throws {
    let names = try Program.run(["inspect", Self.roberta, "--key", "robert."])
    #expect(names.exitCode == 2)
    #expect(names.errors.contains("hint: did you mean --key roberta.? names here begin with"))
    #expect(try Program.run(["inspect", Self.roberta, "--key", "roberta."]).exitCode == 0)
    let weights = HandMadePickle.dictionary(
      ("w", HandMadePickle.tensor("0", count: 4, shape: [2, 2], strides: [2, 1])))
    let bytes = HandMadePickle.legacy(
      HandMadePickle.dictionary(("model", weights), ("state_dict", weights)),
      storages: [("0", [1, 2, 3, 4])])
    try scratch.write("two.pt", bytes)
    let key = try Program.run(["inspect", scratch("two.pt"), "--key", "state_dcit"])
    #expect(key.exitCode == 2)
    #expect(
      key.errors.contains("hint: did you mean state_dict? keys here: model, state_dict"),
      "\(key.errors)")
    #expect(try Program.run(["inspect", scratch("two.pt"), "--key", "state_dict"]).exitCode == 0)
  }

  @Test("Help shows an option only where it does something; all commands take all")
  func sharedOptions() throws {
    let uses: [(call: String, threads: Bool, force: Bool)] = [
      ("roberta-to-longformer", true, true), ("convert", true, true), ("inspect", true, false),
      ("verify", true, true), ("diff", false, false), ("check", true, false),
      ("golden record", true, true), ("bench", true, false), ("draw", false, true),
      ("tokenize", false, true), ("evaluate", true, false), ("compare-attention", true, true),
    ]
    for use in uses {
      let help = try Program.run(use.call.split(separator: " ").map(String.init) + ["--help"])
        .output
      #expect(help.contains("--threads <n>") == use.threads, "\(use.call)")
      #expect(help.contains("  --force ") == use.force, "\(use.call)")
      for option in ["--json", "--quiet", "--verbose", "--no-color"] {
        #expect(help.contains(option), "\(use.call) \(option)")
      }
    }
    let diff = ["diff", Self.roberta, Self.roberta, "--threads", "2", "--force"]
    #expect(try Program.run(diff).exitCode == 0)
  }

  @Test("A dry run shows the windows, and says of itself what it is")
  func dryRun() throws {
    let call = ["roberta-to-longformer", Self.roberta, "-o", scratch("a.lfz"), "--dry-run"]
    let plain = try Program.run(call + ["--attention-window", "4,12,20", "--max-positions", "100"])
    #expect(plain.output.contains("window  4, 12, 20 (both sides together), by layer\n"))
    #expect(plain.output.contains("reads 100 tokens"))
    let dilated = try Program.run(
      call + ["--attention-window", "8", "--attention-dilation", "1,1,2"])
    #expect(
      dilated.output.contains("window  8; 8; 8, dilation 2 (both sides together), by layer\n"))
    let json = try Program.run(call + ["--attention-window", "8", "--json"]).json
    #expect(json["dry_run"] as? Bool == true)
    let output = json["output"] as? [String: Any]
    #expect(output?["attention_window"] as? [Int] == [8, 8, 8])
    let written = try Program.run(
      ["convert", Self.roberta, "-o", scratch("b.lfz"), "--json"]).json
    #expect(written["dry_run"] as? Bool == false)
    #expect(scratch.names == ["b.lfz"])
  }
}
