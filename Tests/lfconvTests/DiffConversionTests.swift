import Foundation
import TestSupport
import Testing

/// `lfconv diff` between a source and what it was converted to.
@Suite("diff of a conversion")
struct DiffConversionTests {
  private let scratch: Scratch
  init() throws { scratch = try Scratch() }

  private static func flavour(_ name: String) -> String {
    Repository.root + "/Tests/Corpora/flavours/" + name
  }

  private func convert(_ source: String, _ output: String, _ more: [String] = []) throws {
    let result = try Program.run(
      [
        "roberta-to-longformer", source, "-o", scratch(output), "--attention-window", "4",
        "--max-positions", "45",
      ] + more)
    #expect(result.exitCode == 0, "\(result.errors)")
  }

  private func diff(_ first: String, _ second: String) throws -> [String: Any] {
    let result = try Program.run(["diff", first, second, "--json"])
    #expect(result.exitCode == 1, "\(result.errors)")
    #expect(try SchemaCheck(command: "diff").problems(result.json) == [])
    #expect(result.json["equal"] as? Bool == false)
    return result.json
  }

  private func conversion(_ json: [String: Any]) throws -> [String: Any] {
    try #require(json["conversion"] as? [String: Any])
  }

  @Test(
    "Only what conversion changes is told, whatever the names of the source",
    arguments: ["safetensors", "bin-zip", "lightning/last.ckpt", "fairseq-args"])
  func roberta(name: String) throws {
    let source = Self.flavour(name)
    for output in ["a.lfz", "folder"] {
      try convert(source, output)
      let json = try diff(source, scratch(output))
      #expect(json["matched_by"] as? String == "meaning")
      #expect((json["only_in_a"] as? [String])?.isEmpty == true)
      let found = try conversion(json)
      #expect(found["source"] as? String == "a" && found["complete"] as? Bool == true)
      // Query, key and value, weight and bias, of two layers.
      #expect((found["copied"] as? [String])?.count == 12)
      #expect(found["copied"] as? [String] == json["only_in_b"] as? [String])
      let positions = try #require(found["positions"] as? [String: Int])
      #expect(
        positions == [
          "source_rows": 18, "result_rows": 47, "reserved_rows": 2, "repeated_rows": 16,
        ])
      let differing = try #require(json["differing"] as? [[String: Any]])
      #expect(differing.map { $0["change"] as? String } == ["tiled"])
      #expect(differing.first?["kind"] as? String == "shapes")
      #expect(differing.first?["max_abs"] is NSNull)

      let back = try conversion(try diff(scratch(output), source))
      #expect(back["source"] as? String == "b" && back["complete"] as? Bool == true)
    }
    let text = try Program.run(["diff", source, scratch("a.lfz")]).output
    let lines = text.split(separator: "\n")
    #expect(
      lines.contains(
        "tiled      position rows: 18 in a, 47 in b: 2 reserved, then a's 16 over and over"))
    #expect(lines.contains("copied     12 global projections of b equal a's local ones"))
    #expect(lines.contains("equal      41 tensors, byte for byte"))
    #expect(
      lines.last == "different: b is a converted to a Longformer, and nothing else was changed")
    #expect(!text.contains("differs") && !text.contains("only in"))
  }

  @Test("A BERT's rows get reserved ones in front, and what has no place is left out")
  func bert() throws {
    let source = Repository.golden("bert-masked-lm-after-conversion") + "/source"
    try convert(source, "a.lfz")
    let found = try conversion(try diff(source, scratch("a.lfz")))
    #expect(found["complete"] as? Bool == true)
    let positions = try #require(found["positions"] as? [String: Int])
    // Its padding token is 4: rows 0 to 4 are put in front.
    #expect(positions["result_rows"] == 50 && positions["reserved_rows"] == 5)
    #expect(positions["source_rows"] == positions["repeated_rows"])
  }

  @Test("A pooler that the Longformer has no use for is left out, and this is told")
  func leftOut() throws {
    let original = Self.flavour("safetensors")
    let file = try SafetensorsFile(original + "/model.safetensors")
    var tensors = file.tensors.map {
      HandMadeModel.Tensor($0.name, $0.type, $0.shape, Array(file.data[$0.range]))
    }
    let dense = try #require(
      tensors.first { $0.name.hasSuffix("layer.0.attention.output.dense.weight") })
    let bias = try #require(
      tensors.first { $0.name.hasSuffix("layer.0.attention.output.dense.bias") })
    tensors += [
      .init("roberta.pooler.dense.weight", dense.type, dense.shape, dense.bytes),
      .init("roberta.pooler.dense.bias", bias.type, bias.shape, bias.bytes),
    ]
    try scratch.write("source/model.safetensors", Array(HandMadeModel.safetensors(tensors)))
    _ = try scratch.copy(original + "/config.json", as: "source/config.json")
    try convert(scratch("source"), "a.lfz")
    let json = try diff(scratch("source"), scratch("a.lfz"))
    let found = try conversion(json)
    #expect(found["complete"] as? Bool == true)
    #expect(found["left_out"] as? [String] == ["pooler.dense.bias", "pooler.dense.weight"])
    #expect((json["only_in_a"] as? [String])?.count == 2)
    let text = try Program.run(["diff", scratch("source"), scratch("a.lfz")]).output
    #expect(
      text.contains("left out   pooler.dense.weight, which b's architecture has no use for\n"))
  }

  @Test("Rounded weights are told as rounded, in a conversion and in another container")
  func rounded() throws {
    let source = Self.flavour("safetensors")
    for type in ["bf16", "f16"] {
      try convert(source, type, ["--dtype", type])
      let found = try conversion(try diff(source, scratch(type)))
      #expect(found["complete"] as? Bool == true)
      #expect(found["rounded_to"] as? String == type.uppercased())
      #expect((found["copied"] as? [String])?.count == 12)
      #expect(found["positions"] != nil)

      let copy = scratch(type + ".lfz")
      let result = try Program.run(["convert", source, "-o", copy, "--dtype", type])
      #expect(result.exitCode == 0, "\(result.errors)")
      let other = try conversion(try diff(source, copy))
      #expect(other["complete"] as? Bool == true && other["positions"] == nil)
      #expect(
        try Program.run(["diff", copy, source]).output
          .hasSuffix("a is b in another element type, and nothing else was changed\n"))
    }
  }

  @Test("Global projections that were reset")
  func reset() throws {
    let source = Repository.golden("longformer-masked-lm-own-global-projections") + "/source"
    let made = try Program.run(
      ["roberta-to-longformer", source, "-o", scratch("reset.lfz"), "--reset-global-projections"])
    #expect(made.exitCode == 0, "\(made.errors)")
    #expect(
      try Program.run(["diff", source, scratch("reset.lfz")]).output
        .hasSuffix(
          "b is a with the local projections as the global ones, and nothing else was changed\n"))
  }

  @Test("A Longformer that was made longer")
  func longer() throws {
    let source = Self.flavour("longformer")
    try convert(source, "a.lfz")
    let json = try diff(source, scratch("a.lfz"))
    let found = try conversion(json)
    #expect(found["complete"] as? Bool == true && found["source"] as? String == "a")
    #expect((found["copied"] as? [String])?.isEmpty == true)
  }

  @Test(
    "What is not the conversion's is told as a difference",
    arguments: [
      "embeddings.position_embeddings.weight", "encoder.layer.1.attention.self.key_global.weight",
      "encoder.layer.0.output.dense.weight",
    ])
  func mutated(name: String) throws {
    let source = Self.flavour("safetensors")
    try convert(source, "folder")
    var file = try SafetensorsFile(scratch("folder/model.safetensors"))
    let tensor = try #require(file.tensors.first { $0.name.hasSuffix(name) })
    file.flip(tensor, byte: tensor.range.count - 4)
    try file.save()
    let found = try conversion(try diff(source, scratch("folder")))
    #expect(found["complete"] as? Bool == false && found["source"] as? String == "a")
    #expect((found["positions"] == nil) == name.contains("position"))
    #expect((found["copied"] as? [String])?.count == (name.contains("global") ? 11 : 12))
    let text = try Program.run(["diff", source, scratch("folder")]).output
    let lines = text.split(separator: "\n")
    let told = lines.filter { $0.hasPrefix("differs") || $0.hasPrefix("only in b") }
    #expect(told.count == 1 && told.first?.contains(name) == true)
    #expect(lines.last?.hasPrefix("different: besides what a conversion changes, ") == true)
  }
}
