import Foundation
import TestSupport
import Testing

/// The command `tokenize` on a model whose tokenizer is one of the tokenizers' goldens.
@Suite("Tokenize")
struct TokenizeTests {
  private let scratch: Scratch
  private let model: String

  init() throws {
    scratch = try Scratch()
    let source = Repository.golden("roberta-masked-lm-three-windows") + "/source"
    model = try scratch.copy(source, as: "model")
    let json = Repository.root + "/Tests/LFTokenizersTests/Goldens/roberta.json"
    try? FileManager.default.removeItem(atPath: model + "/tokenizer.json")
    try FileManager.default.copyItem(atPath: json, toPath: model + "/tokenizer.json")
  }

  private func lines(_ result: Program.Result) throws -> [[String: Any]] {
    try result.output.split(separator: "\n").map { line in
      try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }
  }

  @Test("One object a line, as the schema has it, and the same from a container")
  func jsonLines() throws {
    let text = try scratch.file("texts.txt", "The quick brown fox\r\n\nnaïve 😀")
    let result = try Program.run(["tokenize", model, "--text", text, "--json"])
    #expect(result.exitCode == 0, "\(result.errors)")
    let objects = try lines(result)
    #expect(objects.map { $0["index"] as? Int } == [0, 1, 2])
    for object in objects {
      #expect(try SchemaCheck(command: "tokenize").problems(object) == [])
      let ids = try #require(object["input_ids"] as? [Int])
      #expect(ids.first == 0 && ids.last == 2)
      #expect((object["tokens"] as? [String])?.count == ids.count)
    }
    #expect(objects[1]["input_ids"] as? [Int] == [0, 2])
    let converted = try Program.run(["convert", model, "-o", scratch("a.lfz"), "--quiet"])
    #expect(converted.exitCode == 0, "\(converted.errors)")
    let other = try Program.run(["tokenize", scratch("a.lfz"), "--text", text, "--json"])
    #expect(other.output == result.output, "\(other.errors)")
  }

  @Test("A file of inputs that bench's and golden's readers take")
  func inputs() throws {
    let text = try scratch.file("texts.txt", "a\nThe quick brown fox\n")
    let output = scratch("inputs.safetensors")
    let result = try Program.run(["tokenize", model, "--text", text, "-o", output, "--json"])
    #expect(result.exitCode == 0, "\(result.errors)")
    #expect(try SchemaCheck(command: "tokenize").problems(result.json) == [])
    #expect(result.json["texts"] as? Int == 2 && result.json["cut"] as? Int == 0)
    let bytes = [UInt8](try Data(contentsOf: URL(filePath: output)))
    let length = try #require(result.json["length"] as? Int)
    // The rest behind the header: two tensors [2, length] of int64.
    let values = bytes.suffix(2 * 2 * length * 8)
    let numbers = stride(from: values.startIndex, to: values.endIndex, by: 8).map { start in
      (0..<8).reduce(0) { $0 | Int(values[start + $1]) << (8 * $1) }
    }
    #expect(Set(numbers).contains(2))
    let again = try Program.run(["tokenize", model, "--text", text, "-o", output])
    #expect(again.exitCode == 4)
  }

  @Test("A text that is too long is cut, and this is said")
  func cut() throws {
    let text = try scratch.file("texts.txt", String(repeating: "word ", count: 400) + "\n")
    let result = try Program.run(["tokenize", model, "--text", text, "--json"])
    #expect(result.exitCode == 0)
    let inspected = try Program.run(["inspect", model, "--json"]).json["model"] as? [String: Any]
    let longest = try #require(inspected?["longest_input"] as? Int)
    #expect((try lines(result)[0]["input_ids"] as? [Int])?.count == longest)
    #expect(result.errors.contains("line 1 is cut at \(longest) tokens"))
  }

  @Test("What is wrong is told with its place")
  func refusals() throws {
    let text = try scratch.file("texts.txt", Data([0x61, 0x0A, 0x62, 0xFF, 0x0A]))
    var result = try Program.run(["tokenize", model, "--text", text])
    #expect(result.exitCode == 2)
    #expect(result.errors.contains("texts.txt:line 2@3: expected valid UTF-8, found byte 0xff"))
    result = try Program.run(["tokenize", model, "--text", scratch("nowhere"), "--json"])
    #expect(result.exitCode == 4)
    #expect(try SchemaCheck(command: "tokenize").problems(result.json) == [])
    let file = model + "/tokenizer.json"
    let json = try String(contentsOfFile: file, encoding: .utf8)
    let right = #""pre_tokenizer":{"type":"ByteLevel""#
    let wrong = #""pre_tokenizer":{"type":"Sorting""#
    try Data(json.replacing(right, with: wrong).utf8).write(to: URL(filePath: file))
    result = try Program.run(["tokenize", model, "--text", text])
    #expect(result.exitCode == 3)
    #expect(result.errors.contains("tokenizer.json:pre_tokenizer.type: "), "\(result.errors)")
    for name in ["tokenizer.json", "vocab.json", "vocab.txt", "merges.txt"] {
      try? FileManager.default.removeItem(atPath: model + "/" + name)
    }
    result = try Program.run(["tokenize", model, "--text", text])
    #expect(result.exitCode == 3 && result.errors.contains("[tokenizer.none]"))
  }
}
