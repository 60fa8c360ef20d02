import Foundation
import TestSupport
import Testing

/// `--text` of `golden record` and `bench`.
@Suite("Texts as inputs")
struct TextOptionTests {
  private let scratch: Scratch
  private let model: String
  private let text: String

  init() throws {
    scratch = try Scratch()
    model = try scratch.copy(
      Repository.root + "/Tests/LongformerTests/Goldens/longformer-masked-lm", as: "model")
    try FileManager.default.copyItem(
      atPath: Repository.root + "/Tests/LFTokenizersTests/Goldens/roberta.json",
      toPath: model + "/tokenizer.json")
    let long = String(repeating: "word ", count: 300)
    text = try scratch.file("texts.txt", "a\nThe quick brown fox\n" + long + "\n")
  }

  @Test("A golden case of texts has the ids that tokenize gives, and verifies")
  func golden() throws {
    let result = try Program.run(
      ["golden", "record", model, "--text", text, "-o", scratch("case"), "--json"])
    #expect(result.exitCode == 0, "\(result.errors)")
    #expect(result.errors.contains("line 3 is cut at 128 tokens"))
    #expect(try SchemaCheck(command: "golden-record").problems(result.json) == [])
    let ids = scratch("ids.safetensors")
    #expect(
      try Program.run(["tokenize", model, "--text", text, "-o", ids, "--quiet"]).exitCode == 0)
    let inputs = try SafetensorsFile(scratch("case/inputs.safetensors"))
    let tokens = try SafetensorsFile(ids)
    for name in ["input_ids", "attention_mask"] {
      let a = try #require(inputs.tensors.first { $0.name == name })
      let b = try #require(tokens.tensors.first { $0.name == name })
      #expect(a.shape == [3, 128] && inputs.data[a.range] == tokens.data[b.range])
    }
    #expect(
      try Program.run(["verify", scratch("case"), "--exact", "--allow-outside"]).exitCode == 0)
    let both = ["golden", "record", model, "--text", text, "--length", "4", "-o", scratch("b")]
    #expect(try Program.run(both).exitCode == 64)
  }

  @Test("A benchmark of texts counts the operations of each text, not of padding")
  func bench() throws {
    let arguments = ["bench", model, "--repeats", "1", "--json"]
    let result = try Program.run(arguments + ["--text", text])
    #expect(result.exitCode == 0, "\(result.errors)")
    #expect(try SchemaCheck(command: "bench").problems(result.json) == [])
    #expect(result.json["batch"] as? Int == 3 && result.json["length"] as? Int == 128)
    let lines = try Program.run(["tokenize", model, "--text", text, "--json"]).output
    let counts = try lines.split(separator: "\n").map { line -> Int in
      let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      return (object?["input_ids"] as? [Int])?.count ?? 0
    }
    #expect(result.json["tokens"] as? Int == counts.reduce(0, +))
    var flops = 0.0
    for count in counts {
      let one = try Program.run(arguments + ["--length", "\(count)"]).json
      flops += one["flops"] as? Double ?? 0
    }
    #expect(result.json["flops"] as? Double == flops)
    for wrong in [["--text", text, "--length", "4"], ["--text", text, "--batch", "2"], []] {
      #expect(try Program.run(arguments + wrong).exitCode == 64)
    }
  }
}
