import Foundation
import TestSupport
import Testing

/// `lfconv inspect`: what it says is true.
@Suite("inspect")
struct InspectTests {
  private let scratch: Scratch
  init() throws { scratch = try Scratch() }

  private func source(_ name: String) -> String { Repository.golden(name) + "/source" }

  private func inspect(_ path: String, _ more: [String] = []) throws -> [String: Any] {
    let result = try Program.run(["inspect", path, "--json"] + more)
    #expect(result.exitCode == 0, "\(result.errors)")
    #expect(try SchemaCheck(command: "inspect").problems(result.json) == [])
    return result.json
  }

  private func text(_ path: String) throws -> [String] {
    try Program.run(["inspect", path]).output.split(separator: "\n").map(String.init)
  }

  private func model(_ json: [String: Any]) throws -> [String: Any] {
    try #require(json["model"] as? [String: Any])
  }

  @Test("A decoder that shares its storage counts once, in every container that says so")
  func shared() throws {
    let source = source("pytorch-bin-zip")
    let convert = try Program.run(["convert", source, "-o", scratch("a.lfz")])
    #expect(convert.exitCode == 0, "\(convert.errors)")
    let longformer = try Program.run(
      ["roberta-to-longformer", source, "-o", scratch("out"), "--max-positions", "40"])
    #expect(longformer.exitCode == 0, "\(longformer.errors)")
    let config = try model(try inspect(source))
    let sizes = ["vocabulary", "hidden_size", "layers", "intermediate_size", "position_rows"]
      .map { config[$0] as? Int ?? 0 }
    let (words, hidden, layers, inner) = (sizes[0], sizes[1], sizes[2], sizes[3])
    let types = try #require(config["token_types"] as? Int)
    // What the mathematics has: tables, layers, head. One int64 buffer of
    // position ids comes on top in the file, which is none of the model's parts.
    let tables = (words + sizes[4] + types) * hidden + 2 * hidden
    let attention = 4 * (hidden + 1) * hidden + 2 * hidden
    let feedForward = (hidden + 1) * inner + (inner + 1) * hidden + 2 * hidden
    let head = (hidden + 1) * hidden + 2 * hidden + words
    let expected = tables + layers * (attention + feedForward) + head
    for path in [source, scratch("a.lfz")] {
      let json = try inspect(path)
      let names = (json["shared_tensors"] as? [String])?.sorted()
      #expect(names == ["lm_head.decoder.bias", "lm_head.decoder.weight"], "\(path)")
      let groups = try #require(json["groups"] as? [[String: Any]])
      #expect(groups.reduce(0) { $0 + ($1["parameters"] as? Int ?? 0) } == expected, "\(path)")
      #expect(groups.reduce(0) { $0 + ($1["bytes"] as? Int ?? 0) } == 4 * expected, "\(path)")
      let buffer = path == source ? sizes[4] : 0
      #expect(json["parameters"] as? Int == expected + buffer)
      #expect(json["raw_bytes"] as? Int == 4 * expected + 8 * buffer)
    }
    let lines = try text(source)
    #expect(lines.contains { $0.hasPrefix("shared ") && $0.contains("lm_head.decoder.weight") })
    // Global projections are weights of their own, though their bytes are equal.
    let made = try inspect(scratch("out"))
    #expect((made["shared_tensors"] as? [String])?.isEmpty == true)
    let groups = try #require(made["groups"] as? [[String: Any]])
    let global = groups.first { $0["name"] as? String == "global projections" }
    #expect(global?["parameters"] as? Int == layers * 3 * (hidden + 1) * hidden)
  }

  @Test(
    "Bytes by part are told for every format, and add up",
    arguments: [
      "roberta-masked-lm-three-windows", "fairseq-legacy-pickle", "bert-bare-with-pooler",
      "pad-zero",
    ])
  func groups(name: String) throws {
    let json = try inspect(source(name))
    let groups = try #require(json["groups"] as? [[String: Any]])
    let names = groups.compactMap { $0["name"] as? String }
    #expect(
      names.prefix(4) == ["position embeddings", "other embeddings", "attention", "feed-forward"])
    #expect(names.dropFirst(4) == ["head"])
    #expect(
      groups.reduce(0) { $0 + ($1["bytes"] as? Int ?? 0) } == json["raw_bytes"] as? Int)
    let lines = try text(source(name)).filter { $0.hasPrefix("part ") }
    #expect(lines.count == groups.count)
  }

  @Test("Activation, epsilon, labels, and a number of parameters that people use")
  func words() throws {
    let json = try inspect(source("token-classification"))
    let config = try model(json)
    #expect(config["labels"] as? [String] == (0..<7).map { "LABEL_OF_KIND_\($0)" })
    #expect(config["label_count"] as? Int == 7)
    let lines = try text(source("token-classification"))
    #expect(lines.contains { $0.hasPrefix("labels  0 LABEL_OF_KIND_0, 1 LABEL_OF_KIND_1, ") })
    #expect(lines.contains { $0.hasPrefix("values  activation gelu, epsilon 1e-05") })
    let count = try #require(json["parameters"] as? Int)
    let line = try #require(lines.first { $0.hasPrefix("tensors ") })
    let number = try #require(line.firstMatch(of: /with ([0-9.e-]+) million parameters/))
    #expect(abs((Double(number.1) ?? 0) * 1e6 - Double(count)) <= Double(count) / 100)
    let relu = try model(try inspect(source("relu-in-layers")))
    #expect(relu["activation"] as? String == "relu" && relu["labels"] == nil)
  }

  @Test("A tokenizer is named, and its absence said")
  func tokenizer() throws {
    let with = source("roberta-masked-lm-three-windows")
    #expect(
      try inspect(with)["tokenizer"] as? [String] == ["tokenizer.json", "vocab.json", "merges.txt"])
    for name in ["pad-zero", "fairseq-legacy-pickle"] {
      #expect((try inspect(source(name))["tokenizer"] as? [String])?.isEmpty == true)
      #expect(try text(source(name)).contains("tokens  no tokenizer"))
    }
  }

  @Test(
    "Global projections that are copies are told from trained ones", arguments: ["out", "a.lfz"])
  func globalProjections(output: String) throws {
    let source = source("roberta-masked-lm-three-windows")
    let made = try Program.run(
      ["roberta-to-longformer", source, "-o", scratch(output), "--max-positions", "40"])
    #expect(made.exitCode == 0, "\(made.errors)")
    let copies = try model(try inspect(scratch(output)))["global_projections"] as? [String: Any]
    #expect(copies?["equal_local"] as? Bool == true)
    #expect((copies?["differing_layers"] as? [Int])?.isEmpty == true)
    #expect(
      try text(scratch(output)).contains("global  global projections: copies of the local ones"))
    #expect(try model(try inspect(source))["global_projections"] == nil)

    let trained = self.source("longformer-masked-lm-own-global-projections")
    let own = try model(try inspect(trained))["global_projections"] as? [String: Any]
    #expect(own?["differing_layers"] as? [Int] == [0, 1])
    #expect(
      try text(trained).contains { $0.hasSuffix("they differ from the local ones in all layers") })

    // One bit of one layer.
    guard output == "out" else { return }
    var file = try SafetensorsFile(scratch("out/model.safetensors"))
    let tensor = try #require(
      file.tensors.first { $0.name.hasSuffix("layer.1.attention.self.value_global.bias") })
    file.flip(tensor, byte: 0)
    try file.save()
    let flipped = try model(try inspect(scratch("out")))["global_projections"] as? [String: Any]
    #expect(flipped?["equal_local"] as? Bool == false)
    #expect(flipped?["differing_layers"] as? [Int] == [1])
    #expect(try text(scratch("out")).contains { $0.hasSuffix("from the local ones in layer 1") })
  }

  @Test("The memory that is told is what a forward pass takes", arguments: [1, 2])
  func memory(threads: Int) throws {
    // Wide enough that the program itself is little beside it.
    let positions = 3000
    let bert = try HandMadeModel.bert(width: 384, positions: positions, in: scratch)
    let made = try Program.run(
      [
        "roberta-to-longformer", bert, "-o", scratch("a.lfz"), "--attention-window", "64",
        "--max-positions", "\(positions)", "--no-check",
      ])
    #expect(made.exitCode == 0, "\(made.errors)")
    let count = ["--threads", "\(threads)"]
    func peak(_ length: Int) throws -> Double {
      let result = try Program.run(
        ["bench", scratch("a.lfz"), "--length", "\(length)", "--repeats", "1", "--json"] + count)
      return try #require(result.json["peak_rss_bytes"] as? Double, "\(result.errors)")
    }
    func memory(_ count: [String]) throws -> [String: Int] {
      try #require(try inspect(scratch("a.lfz"), count)["memory"] as? [String: Int])
    }
    let told = try memory(count)
    #expect(told["length"] == positions && told["threads"] == threads)
    let total = try #require(told["total_bytes"])
    let weights = try #require(told["weight_bytes"])
    #expect(
      total == weights + (told["working_bytes"] ?? 0) + (told["output_bytes"] ?? 0))
    // What a pass over one token takes is the program and the weights.
    let grown = try peak(positions) - peak(1)
    let expected = Double(total - weights)
    // On a busy machine the second thread may find nothing left to do.
    let alone = try memory(["--threads", "1"])
    let least = try Double(#require(alone["total_bytes"]) - #require(alone["weight_bytes"]))
    #expect(grown < 1.2 * expected && grown > 0.8 * least, "\(grown) measured, \(expected) told")
  }
}
