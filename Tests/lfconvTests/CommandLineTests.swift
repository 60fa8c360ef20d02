import Foundation
import TestSupport
import Testing

@Suite("Command line")
struct CommandLineTests {
  private static let roberta = Repository.golden("roberta-masked-lm-three-windows") + "/source"
  private let options = ["--attention-window", "4,12,20", "--max-positions", "100"]

  private func convert(_ output: String, _ more: [String] = []) throws -> Program.Result {
    try Program.run(["roberta-to-longformer", Self.roberta, "-o", output] + options + more)
  }

  @Test("A conversion tells what it did as one JSON object")
  func conversion() throws {
    let scratch = try Scratch()
    let result = try convert(scratch("a.lfz"), ["--json"])
    #expect(result.exitCode == 0, "\(result.errors)")
    #expect(result.errors.isEmpty)
    let json = result.json
    #expect(json["schema"] as? String == "lfconv.convert/1")
    let output = try #require(json["output"] as? [String: Any])
    #expect(output["tensors"] as? Int == 76)
    let size = try FileManager.default.attributesOfItem(atPath: scratch("a.lfz"))[.size] as? Int
    #expect(output["bytes"] as? Int == size)
    #expect((json["raw_bytes"] as? Int ?? 0) > (size ?? 0))
    let checks = (json["checks"] as? [[String: Any]] ?? []).compactMap { $0["name"] as? String }
    #expect(
      checks == [
        "weights", "positions", "global-projections", "all-global", "no-global", "first-global",
      ])
    #expect(json["seconds"] as? Double != nil)
    #expect(scratch.names == ["a.lfz"])
  }

  @Test("The same input gives the same bytes, whatever the number of threads")
  func determinism() throws {
    let scratch = try Scratch()
    for (name, threads) in [("a.lfz", "1"), ("b.lfz", "2"), ("c.lfz", "7")] {
      #expect(try convert(scratch(name), ["--threads", threads]).exitCode == 0)
    }
    let first = try Data(contentsOf: URL(fileURLWithPath: scratch("a.lfz")))
    for name in ["b.lfz", "c.lfz"] {
      #expect(try Data(contentsOf: URL(fileURLWithPath: scratch(name))) == first)
    }
  }

  @Test("A container turned into a folder is the folder that was converted directly")
  func throughTheContainer() throws {
    let scratch = try Scratch()
    #expect(try convert(scratch("direct")).exitCode == 0)
    #expect(try convert(scratch("a.lfz")).exitCode == 0)
    #expect(
      try Program.run(["convert", scratch("a.lfz"), "-o", scratch("through")]).exitCode == 0)
    let names = try FileManager.default.contentsOfDirectory(atPath: scratch("direct")).sorted()
    #expect(
      names == [
        "config.json", "merges.txt", "model.safetensors", "special_tokens_map.json",
        "tokenizer.json", "tokenizer_config.json", "vocab.json",
      ])
    for name in names {
      let direct = try Data(contentsOf: URL(fileURLWithPath: scratch("direct/" + name)))
      #expect(try Data(contentsOf: URL(fileURLWithPath: scratch("through/" + name))) == direct)
    }
    #expect(
      try Program.run(["convert", scratch("through"), "-o", scratch("b.lfz")]).exitCode == 0)
    #expect(
      try Program.run(["convert", scratch("b.lfz"), "-o", scratch("again")]).exitCode == 0)
    for name in names {
      let direct = try Data(contentsOf: URL(fileURLWithPath: scratch("direct/" + name)))
      #expect(try Data(contentsOf: URL(fileURLWithPath: scratch("again/" + name))) == direct)
    }
  }

  @Test("A container written again is the same container", arguments: ["none", "fast", "default"])
  func containerAgain(compression: String) throws {
    let scratch = try Scratch()
    let level = ["--compression", compression]
    #expect(try convert(scratch("a.lfz"), level).exitCode == 0)
    let again = try Program.run(["convert", scratch("a.lfz"), "-o", scratch("b.lfz")] + level)
    #expect(again.exitCode == 0, "\(again.errors)")
    #expect(
      FileManager.default.contentsEqual(atPath: scratch("a.lfz"), andPath: scratch("b.lfz")))
    #expect(try Program.run(["check", scratch("a.lfz")]).exitCode == 0)
  }

  @Test("convert keeps a folder's weights and configuration byte for byte")
  func sameArchitecture() throws {
    let scratch = try Scratch()
    #expect(try Program.run(["convert", Self.roberta, "-o", scratch("a.lfz")]).exitCode == 0)
    #expect(try Program.run(["convert", scratch("a.lfz"), "-o", scratch("b")]).exitCode == 0)
    for name in ["config.json", "tokenizer_config.json"] {
      let original = try Data(contentsOf: URL(fileURLWithPath: Self.roberta + "/" + name))
      #expect(try Data(contentsOf: URL(fileURLWithPath: scratch("b/" + name))) == original)
    }
    let original = try SafetensorsFile(Self.roberta + "/model.safetensors")
    let copy = try SafetensorsFile(scratch("b/model.safetensors"))
    #expect(copy.tensors.map(\.name) == original.tensors.map(\.name))
    for tensor in original.tensors { #expect(copy[tensor.name] == original[tensor.name]) }
  }

  @Test("Only the length fields of tokenizer files change")
  func tokenizerFiles() throws {
    let scratch = try Scratch()
    #expect(try convert(scratch("out")).exitCode == 0)
    for name in ["tokenizer.json", "tokenizer_config.json", "vocab.json", "merges.txt"] {
      let old = try String(contentsOfFile: Self.roberta + "/" + name, encoding: .utf8)
        .split(separator: "\n")
      let new = try String(contentsOfFile: scratch("out/" + name), encoding: .utf8)
        .split(separator: "\n")
      #expect(old.count == new.count)
      for (before, after) in zip(old, new) where before != after {
        #expect(before.contains("max_length"))
        #expect(after.filter(\.isNumber) == "100")
      }
    }
  }

  @Test("An older output is kept without --force, and replaced with it")
  func force() throws {
    let scratch = try Scratch()
    try scratch.file("a.lfz", "old")
    let refused = try convert(scratch("a.lfz"), ["--json"])
    #expect(refused.exitCode == 4)
    let error = try #require(refused.json["error"] as? [String: Any])
    #expect(error["code"] as? String == "io.exists")
    #expect(refused.errors.contains("hint:"))
    #expect(try String(contentsOfFile: scratch("a.lfz"), encoding: .utf8) == "old")
    #expect(try convert(scratch("a.lfz"), ["--force"]).exitCode == 0)
    #expect(scratch.names == ["a.lfz"])
  }

  @Test("A dry run writes nothing")
  func dryRun() throws {
    let scratch = try Scratch()
    let result = try convert(scratch("a.lfz"), ["--dry-run"])
    #expect(result.exitCode == 0)
    #expect(result.output.contains("nothing was written"))
    #expect(scratch.names.isEmpty)
  }

  @Test("Each kind of failure has its exit code, a message and a code for scripts")
  func exitCodes() throws {
    let scratch = try Scratch()
    let mpnet = scratch("mpnet")
    try FileManager.default.copyItem(atPath: Self.roberta, toPath: mpnet)
    let path = URL(fileURLWithPath: mpnet + "/config.json")
    let text = try String(contentsOf: path, encoding: .utf8)
      .replacingOccurrences(of: "\"model_type\": \"roberta\"", with: "\"model_type\": \"mpnet\"")
    try Data(text.utf8).write(to: path)
    try scratch.file("broken.safetensors", "not a checkpoint")
    let out = scratch("out.lfz")
    let cases: [([String], Int32, String)] = [
      (["roberta-to-longformer", scratch("none"), "-o", out], 4, "io.not-found"),
      (["roberta-to-longformer", scratch("broken.safetensors"), "-o", out], 2, ""),
      (["roberta-to-longformer", mpnet, "-o", out], 3, "model.unsupported"),
      (
        ["roberta-to-longformer", Self.roberta, "-o", out, "--attention-window", "3"], 64,
        "usage.attention-window"
      ),
      (
        ["roberta-to-longformer", Self.roberta, "-o", out, "--attention-window", "4,4"], 64,
        "usage.attention-window"
      ),
      (
        ["roberta-to-longformer", Self.roberta, "-o", out, "--max-positions", "0"], 64,
        "usage.max-positions"
      ),
      (
        ["roberta-to-longformer", Self.roberta, "-o", scratch("no/such/folder.lfz")], 4,
        "io.not-found"
      ),
      (["roberta-to-longformer", Self.roberta, "-o", Self.roberta, "--force"], 64, "usage.output"),
      (["roberta-to-longformer", Self.roberta], 64, "usage.arguments"),
      (["roberta-to-longformer", Self.roberta, "-o", out, "--nonsense"], 64, "usage.arguments"),
      (["nonsense"], 64, "usage.arguments"),
      (["inspect", scratch("none")], 4, "io.not-found"),
      (["verify", scratch.path], 2, "golden.none"),
    ]
    for (arguments, exitCode, code) in cases {
      let result = try Program.run(arguments + ["--json"])
      #expect(result.exitCode == exitCode, "\(arguments): \(result.errors)")
      #expect(result.errors.hasPrefix("lfconv: error: "))
      let error = result.json["error"] as? [String: Any]
      #expect(result.json["schema"] is String)
      #expect(code.isEmpty || error?["code"] as? String == code, "\(arguments): \(result.output)")
    }
    #expect(scratch.names == ["broken.safetensors", "mpnet"])
  }

  @Test("A signal leaves nothing behind, and the older output as it was")
  func signals() throws {
    let scratch = try Scratch()
    try scratch.file("old.lfz", "old")
    for (signal, name) in [(SIGINT, "old.lfz"), (SIGTERM, "new.lfz"), (SIGTERM, "folder")] {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: Program.path)
      // Many positions keep it busy long enough to be interrupted.
      process.arguments = [
        "roberta-to-longformer", Self.roberta, "-o", scratch(name), "--force",
        "--attention-window", "4", "--max-positions", "4000000",
      ]
      process.standardOutput = FileHandle.nullDevice
      process.standardError = FileHandle.nullDevice
      try process.run()
      let deadline = Date().addingTimeInterval(20)
      while scratch.names.allSatisfy({ !$0.hasSuffix(".tmp") }), process.isRunning,
        Date() < deadline
      {
        usleep(1000)
      }
      #expect(kill(process.processIdentifier, signal) == 0)
      process.waitUntilExit()
      #expect(process.terminationReason == .uncaughtSignal)
      #expect(process.terminationStatus == signal)
      #expect(scratch.names == ["old.lfz"])
      #expect(try String(contentsOfFile: scratch("old.lfz"), encoding: .utf8) == "old")
    }
  }

  @Test(
    "A full disk behind standard output is an error",
    .enabled(if: FileManager.default.fileExists(atPath: "/dev/full"), "no /dev/full"))
  func fullOutput() throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Program.path)
    process.arguments = ["inspect", Self.roberta]
    process.standardOutput = FileHandle(forWritingAtPath: "/dev/full")
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 4)
  }

  @Test("inspect tells what a model is")
  func inspect() throws {
    let scratch = try Scratch()
    #expect(try convert(scratch("a.lfz")).exitCode == 0)
    let result = try Program.run(["inspect", scratch("a.lfz"), "--json", "--tensors"])
    #expect(result.exitCode == 0)
    let json = result.json
    #expect(json["schema"] as? String == "lfconv.inspect/1")
    let model = try #require(json["model"] as? [String: Any])
    #expect(model["family"] as? String == "longformer")
    #expect(model["longest_input"] as? Int == 100)
    #expect(model["attention_window"] as? [Int] == [4, 12, 20])
    #expect((json["tensor_list"] as? [Any])?.count == 76)
    let text = try Program.run(["inspect", Self.roberta]).output
    #expect(text.contains("longest input 30 tokens"))
  }

  @Test("verify's object is the one its users script against")
  func verify() throws {
    let golden = Repository.golden("pad-zero")
    let result = try Program.run(["verify", golden, "--json"])
    #expect(result.exitCode == 0)
    let json = result.json
    #expect(json["schema"] as? String == "lfconv.verify/1")
    #expect(json["passed"] as? Int == 1 && json["failed"] as? Int == 0)
    let first = try #require((json["cases"] as? [[String: Any]])?.first)
    #expect(Set(first.keys) == ["name", "status", "message", "outputs", "tensors"])
    #expect(first["status"] as? String == "pass")
    let output = try #require((first["outputs"] as? [[String: Any]])?.last)
    #expect(
      Set(output.keys) == [
        "name", "shape", "max_abs", "max_rel", "rmse", "min_cosine", "worst_index", "passed",
        "bits", "expected_bits",
      ])
    let tensors = try #require(first["tensors"] as? [String: Any])
    #expect(tensors["compared"] as? Int == 54)
    #expect((tensors["differing"] as? [Any])?.isEmpty == true)
    let wrong = try Program.run(
      [
        "verify", golden, "--json", "--model",
        Repository.golden("pad-three-two-token-types") + "/source",
      ])
    #expect(wrong.exitCode != 0)
  }

  @Test("Every command has help of its own, asked for in either way")
  func commandHelp() throws {
    let commands = [
      "roberta-to-longformer", "convert", "inspect", "verify", "diff", "check", "bench", "draw",
    ]
    for command in commands {
      for arguments in [[command, "--help"], ["help", command]] {
        let result = try Program.run(arguments)
        #expect(result.exitCode == 0)
        #expect(result.output.contains("USAGE: lfconv \(command)"))
        #expect(result.output.contains("EXAMPLES"))
      }
    }
    #expect(try Program.run([]).output.contains("SUBCOMMANDS"))
  }

  @Test(
    "Help and version are results", arguments: [["--help"], ["--version"], ["verify", "--help"]])
  func help(arguments: [String]) throws {
    let result = try Program.run(arguments)
    #expect(result.exitCode == 0)
    #expect(!result.output.isEmpty && result.errors.isEmpty)
  }

  @Test("Quiet means no output when all is well")
  func quiet() throws {
    let scratch = try Scratch()
    let result = try convert(scratch("a.lfz"), ["--quiet"])
    #expect(result.exitCode == 0 && result.output.isEmpty && result.errors.isEmpty)
  }

  @Test(
    "A real checkpoint converts, and both outputs say the same",
    .enabled(
      if: Repository.realCheckpoint != nil, "it has not been fetched (make demo does)"))
  func real() throws {
    let real = try #require(Repository.realCheckpoint)
    let scratch = try Scratch()
    let options = ["--attention-window", "32,32,64,64", "--max-positions", "1000"]
    for output in ["a.lfz", "b"] {
      let arguments = ["roberta-to-longformer", real, "-o", scratch(output)] + options
      let result = try Program.run(arguments + ["--json"])
      #expect(result.exitCode == 0, "\(result.errors)")
      #expect((result.json["checks"] as? [Any])?.count == 6)
    }
    let file = try SafetensorsFile(scratch("b/model.safetensors"))
    let positions = try #require(
      file.tensors.first { $0.name == "longformer.embeddings.position_embeddings.weight" })
    #expect(positions.shape == [1002, 128])
    #expect(try Program.run(["convert", scratch("a.lfz"), "-o", scratch("c")]).exitCode == 0)
    #expect(
      FileManager.default.contentsEqual(
        atPath: scratch("b/model.safetensors"), andPath: scratch("c/model.safetensors")))
  }
}
