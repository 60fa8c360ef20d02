import Foundation
import TestSupport
import Testing

/// Sources as users have them, given to the built program.
@Suite("Sources")
struct SourceTests {
  private let scratch: Scratch
  init() throws { scratch = try Scratch() }

  private func golden(_ name: String) throws -> String {
    try scratch.copy(Repository.root + "/Golden/cases/\(name)/source", as: name)
  }

  private func convert(_ source: String, _ more: [String] = []) throws -> Program.Result {
    try Program.run(
      [
        "roberta-to-longformer", source, "-o", scratch("out"), "--attention-window", "4",
        "--max-positions", "40",
      ] + more)
  }

  private func edit(_ path: String, _ change: (inout [String: Any]) -> Void) throws {
    let data = try Data(contentsOf: URL(filePath: path))
    var json = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    change(&json)
    try JSONSerialization.data(withJSONObject: json).write(to: URL(filePath: path))
  }

  @Test("A cross-encoder of sentence-transformers becomes a Longformer that proves itself")
  func crossEncoder() throws {
    let source = try golden("bert-sequence-classification-after-conversion")
    try edit(source + "/config.json") {
      $0["sentence_transformers"] = [
        "activation_fn": "torch.nn.modules.linear.Identity", "version": "5.0.0",
      ]
    }
    let result = try convert(source, ["--json"])
    #expect(result.exitCode == 0, "\(result.errors)")
    let checks = try #require(result.json["checks"] as? [[String: Any]])
    #expect(checks.count == 6)
    let config =
      try JSONSerialization.jsonObject(
        with: Data(contentsOf: URL(filePath: scratch("out/config.json")))) as? [String: Any]
    #expect(config?["architectures"] as? [String] == ["LongformerForSequenceClassification"])
    #expect(config?["sentence_transformers"] != nil)
    let written = try SafetensorsFile(scratch("out/model.safetensors"))
    let own = try SafetensorsFile(source + "/model.safetensors")
    for part in ["weight", "bias"] {
      #expect(written["classifier.dense.\(part)"] == own["bert.pooler.dense.\(part)"])
      #expect(written["classifier.out_proj.\(part)"] == own["classifier.\(part)"])
    }
  }

  @Test("A head that no Longformer class computes is refused, and its hint leads to the encoder")
  func refusedHead() throws {
    let source = try golden("distilbert-sequence-classification")
    let refused = try convert(source)
    #expect(refused.exitCode == 3)
    #expect(refused.errors.contains("relu") && refused.errors.contains("[model.head]"))
    #expect(refused.errors.contains("--key distilbert."))
    #expect(!FileManager.default.fileExists(atPath: scratch("out")))
    let alone = try convert(source, ["--key", "distilbert."])
    #expect(alone.exitCode == 0, "\(alone.errors)")
    #expect(alone.errors.contains("add_pooling_layer=False"))
  }

  @Test(
    "A BERT of 2018, without model_type and architectures, is recognised by its tensors and said")
  func unnamed() throws {
    let source = try golden("bert-masked-lm-after-conversion")
    try edit(source + "/config.json") {
      $0["model_type"] = nil
      $0["architectures"] = nil
    }
    let files = FileManager.default
    for name in ["config.json", "bert_config.json"] {
      if name != "config.json" {
        try files.moveItem(atPath: source + "/config.json", toPath: source + "/" + name)
        try files.removeItem(atPath: scratch("out"))
      }
      let result = try convert(source)
      #expect(result.exitCode == 0, "\(result.errors)")
      #expect(result.errors.contains("no model_type") && result.errors.contains("it is a bert"))
    }
    let inspected = try Program.run(["inspect", source])
    #expect(inspected.errors.contains("no model_type"))
  }

  @Test("eos_token_id is not a BERT's separator where its vocabulary has one, and that is said")
  func separator() throws {
    let source = try golden("bert-question-answering-after-conversion")
    try edit(source + "/config.json") {
      $0["sep_token_id"] = nil
      $0["eos_token_id"] = 9
    }
    try Data("[PAD]\n[UNK]\n[CLS]\n[SEP]\na\nb\n".utf8)
      .write(to: URL(filePath: source + "/vocab.txt"))
    let result = try convert(source)
    #expect(result.exitCode == 0, "\(result.errors)")
    #expect(result.errors.contains("the separator is token 3"))
    let config =
      try JSONSerialization.jsonObject(
        with: Data(contentsOf: URL(filePath: scratch("out/config.json")))) as? [String: Any]
    #expect(config?["sep_token_id"] as? Int == 3)
  }

  @Test("An output inside of the cache that the source was given by is not replaced")
  func cacheAsOutput() throws {
    let source = try golden("bert-masked-lm-after-conversion")
    let place = scratch("models--a--b/snapshots/1")
    try FileManager.default.createDirectory(
      atPath: scratch("models--a--b/snapshots"), withIntermediateDirectories: true)
    try FileManager.default.moveItem(atPath: source, toPath: place)
    let inside = try Program.run(
      ["convert", scratch("models--a--b"), "-o", place, "--force"])
    #expect(inside.exitCode == 64)
    let outside = try Program.run(["convert", scratch("models--a--b"), "-o", scratch("out")])
    #expect(outside.exitCode == 0 && outside.errors.contains("snapshots/1"), "\(outside.errors)")
  }
}
