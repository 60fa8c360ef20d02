import Foundation
import TestSupport
import Testing

/// The command `encode` on the small models of the library's goldens.
@Suite("Encode")
struct EncodeTests {
  private let scratch: Scratch
  private static let goldens = Repository.root + "/Tests/LongformerTests/Goldens/"

  init() throws { scratch = try Scratch() }

  private func model(_ name: String) throws -> String {
    let path = try scratch.copy(Self.goldens + name, as: name)
    let tokenizer = name.contains("bert-") && !name.hasPrefix("ro") || name == "sentence-bert"
    let json = tokenizer ? "bert-uncased" : "roberta"
    try FileManager.default.copyItem(
      atPath: Repository.root + "/Tests/LFTokenizersTests/Goldens/\(json).json",
      toPath: path + "/tokenizer.json")
    return path
  }

  private func objects(_ result: Program.Result) throws -> [[String: Any]] {
    #expect(result.exitCode == 0, "\(result.errors)")
    return try result.output.split(separator: "\n").map { line in
      try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }
  }

  /// The float32 values of a tensor of a file.
  private func values(_ name: String, of path: String) throws -> (shape: [Int], values: [Float]) {
    let file = try SafetensorsFile(path)
    let tensor = try #require(file.tensors.first { $0.name == name })
    let bytes = Array(file.data[tensor.range])
    let floats = stride(from: 0, to: bytes.count, by: 4).map { start in
      Float(bitPattern: (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[start + $1]) << (8 * $1) })
    }
    return (tensor.shape, floats)
  }

  @Test("sentence-transformers' vectors as lines of JSON, in a file, from standard input")
  func vectors() throws {
    let expected = try JSONSerialization.jsonObject(
      with: Data(contentsOf: URL(filePath: Self.goldens + "expected.json")))
    let top = try #require(expected as? [String: Any])
    let texts = try #require(top["texts"] as? [String])
    let models = try #require(top["models"] as? [String: [String: Any]])
    let wanted = try #require(models["sentence-bert"]?["sentence_transformers"] as? [[Double]])
    let path = try model("sentence-bert")
    let text = try scratch.file("texts.txt", texts.map { $0 + "\n" }.joined())
    let lines = try objects(try Program.run(["encode", path, "--text", text]))
    #expect(lines.count == texts.count)
    var all: [Float] = []
    for (index, line) in lines.enumerated() {
      #expect(try SchemaCheck(command: "encode").problems(line) == [])
      #expect(line["index"] as? Int == index)
      let vector = try #require(line["embedding"] as? [Double])
      #expect(vector.count == wanted[index].count)
      for (a, b) in zip(vector, wanted[index]) { #expect(abs(a - b) < 2e-5) }
      all += vector.map { Float($0) }
    }
    // A container of it, into a file: the same bits.
    let container = scratch("a.lfz")
    #expect(try Program.run(["convert", path, "-o", container, "--quiet"]).exitCode == 0)
    let output = scratch("e.safetensors")
    var result = try Program.run(["encode", container, "--text", text, "-o", output, "--json"])
    #expect(result.exitCode == 0, "\(result.errors)")
    #expect(try SchemaCheck(command: "encode").problems(result.json) == [])
    #expect(result.json["texts"] as? Int == texts.count && result.json["width"] as? Int == 32)
    let stored = try values("embeddings", of: output)
    #expect(stored.shape == [texts.count, 32] && stored.values == all)
    result = try Program.run(["encode", path, "--text", text, "-o", output])
    #expect(result.exitCode == 4 && result.errors.contains("[io.exists]"))
    // Standard input, here of another program.
    let shell = "'\(Program.path)' encode '\(path)' --text - --json < '\(text)'"
    let piped = try Program.run(["-c", shell], program: "/bin/sh")
    #expect(piped.output == (try Program.run(["encode", path, "--text", text, "--json"]).output))
  }

  @Test("States of all tokens, in a file with a tensor for each line")
  func states() throws {
    let path = try model("longformer-masked-lm")
    let text = try scratch.file("texts.txt", "one two three\n\nfour\n")
    let output = scratch("s.safetensors")
    let arguments = ["encode", path, "--text", text, "--pooling", "none"]
    let lines = try objects(try Program.run(arguments))
    let result = try Program.run(arguments + ["-o", output])
    #expect(result.exitCode == 0, "\(result.errors)")
    for (index, line) in lines.enumerated() {
      #expect(try SchemaCheck(command: "encode").problems(line) == [])
      let rows = try #require(line["embedding"] as? [[Double]])
      let stored = try values("last_hidden_state.\(index)", of: output)
      #expect(stored.shape == [rows.count, 16] && rows.count == line["tokens"] as? Int)
      #expect(stored.values == rows.joined().map { Float($0) })
    }
  }

  @Test("Options say what they do: pooling, global tokens, normalisation, most tokens")
  func options() throws {
    let path = try model("longformer-masked-lm")
    let text = try scratch.file("texts.txt", String(repeating: "word ", count: 300) + "\nshort\n")
    func embeddings(_ options: String...) throws -> [[Double]] {
      try objects(try Program.run(["encode", path, "--text", text] + options))
        .map { $0["embedding"] as? [Double] ?? [] }
    }
    let auto = try embeddings()
    #expect(try embeddings("--pooling", "mean", "--global", "none") == auto)
    #expect(try embeddings("--pooling", "mean", "--global", "first") != auto)
    let cls = try embeddings("--pooling", "cls")
    #expect(try embeddings("--pooling", "cls", "--global", "first") == cls)
    #expect(try embeddings("--pooling", "cls", "--global", "none") != cls)
    for vector in try embeddings("--normalize") {
      #expect(abs(vector.reduce(0) { $0 + $1 * $1 } - 1) < 1e-6)
    }
    #expect(try embeddings("--threads", "1") == auto)
    let cut = try Program.run(["encode", path, "--text", text, "--max-length", "10", "--json"])
    #expect(cut.errors.contains("line 1 is cut at 10 tokens"))
    #expect(!cut.errors.contains("line 2"))
    let first = try objects(cut)[0]
    #expect(first["tokens"] as? Int == 10 && (first["cut"] as? Int ?? 0) > 100)
  }

  @Test("A long list of cut lines is named in part and counted")
  func cuts() throws {
    let path = try model("roberta-labels")
    let line = String(repeating: "word ", count: 30) + "\n"
    let text = try scratch.file("texts.txt", String(repeating: line, count: 25))
    let result = try Program.run(
      ["encode", path, "--text", text, "--max-length", "8", "-o", scratch("o"), "--json"])
    #expect(result.exitCode == 0 && result.json["cut"] as? Int == 25)
    #expect(result.errors.contains("line 10 is cut") && !result.errors.contains("line 11"))
    #expect(result.errors.contains("15 more lines are cut at 8 tokens"))
  }

  @Test("What is wrong is told with its place, and leaves nothing behind")
  func refusals() throws {
    let path = try model("roberta-labels")
    let text = try scratch.file("texts.txt", Data([0x61, 0x0A, 0x62, 0xFF, 0x0A]))
    let before = scratch.names
    func run(_ options: [String]) throws -> Program.Result {
      let result = try Program.run(["encode", path] + options + ["--json"])
      let last = Data((result.output.split(separator: "\n").last ?? "").utf8)
      let object = try #require(
        try JSONSerialization.jsonObject(with: last) as? [String: Any])
      #expect(try SchemaCheck(command: "encode").problems(object) == [])
      return result
    }
    var result = try run(["--text", text, "-o", scratch("o.safetensors")])
    #expect(result.exitCode == 2)
    #expect(result.errors.contains("texts.txt:line 2@3: expected valid UTF-8, found byte 0xff"))
    result = try run(["--text", scratch("nowhere"), "-o", scratch("o.safetensors")])
    #expect(result.exitCode == 4)
    let empty = try scratch.file("empty.txt")
    result = try run(["--text", empty, "-o", scratch("o.safetensors")])
    #expect(result.exitCode == 2 && result.errors.contains("[text.empty]"))
    result = try run(["--text", empty, "--max-length", "129"])
    #expect(result.exitCode == 2 && result.errors.contains("[text.maximum]"))
    let good = try scratch.file("good.txt", "a\n")
    result = try run(["--text", good, "--global", "first"])
    #expect(result.exitCode == 2 && result.errors.contains("[text.global]"), "\(result.errors)")
    let usage = try Program.run(["encode", path, "--text", good, "--pooling", "sum"])
    #expect(usage.exitCode == 64)
    #expect(Set(scratch.names).subtracting(before) == ["empty.txt", "good.txt"])
  }

  @Test("A token that the model has no row for is told with its line")
  func unknownToken() throws {
    let path = try model("roberta-labels")
    let file = URL(fileURLWithPath: path + "/tokenizer.json")
    var json = try #require(
      try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
    var tokens = try #require(json["added_tokens"] as? [[String: Any]])
    var token = try #require(tokens.last)
    token["content"] = "ZZZ"
    token["id"] = 9999
    tokens.append(token)
    json["added_tokens"] = tokens
    try JSONSerialization.data(withJSONObject: json).write(to: file)
    let text = try scratch.file("texts.txt", "a\nb ZZZ\n")
    let result = try Program.run(["encode", path, "--text", text])
    #expect(result.exitCode == 2)
    #expect(
      result.errors.contains("texts.txt:line 2@2: expected values from 0 to"), "\(result.errors)")
    #expect(result.errors.contains("[input.range]"))
  }
}
