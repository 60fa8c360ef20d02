import Foundation
import LFCore
import TestSupport
import Testing

/// Small inputs that ask for much: bounded in memory and in work, on the built program.
///
/// `Specs/threat-model.md` states the bounds.
@Suite("Small inputs that ask for much")
struct SmallInputTests {
  private let scratch: Scratch
  init() throws { scratch = try Scratch() }

  /// Runs the program with so much address space and processor time; both end it by a
  /// signal when they are not enough.
  private func bounded(
    _ arguments: [String], megabytes: Int = 1500, seconds: Int = 60
  ) throws -> Program.Result {
    let words = arguments.map { "'\($0)'" }.joined(separator: " ")
    let limits = "ulimit -v \(megabytes * 1024); ulimit -t \(seconds); "
    let result = try Program.run(
      ["-c", limits + "exec '\(Program.path)' \(words)"], program: "/bin/sh")
    #expect(
      !result.wasSignalled && result.exitCode < 4, "\(arguments): \(result.errors.prefix(500))")
    return result
  }

  private func code(_ arguments: [String]) throws -> String? {
    let result = try bounded(arguments + ["--json"])
    return (result.json["error"] as? [String: Any])?["code"] as? String
  }

  /// A RoBERTa of one layer, one head and width 1, with changed fields and tensors.
  ///
  /// - Parameter positions: rows of the position table; beyond the few that a model
  ///   needs they are a hole of the file.
  private func roberta(
    _ name: String, _ fields: [String: Any] = [:], _ more: [HandMadeModel.Tensor] = [],
    positions: Int = 8
  ) throws -> String {
    typealias Tensor = HandMadeModel.Tensor
    var tensors: [Tensor] = []
    func add(_ name: String, _ shape: [Int]) {
      tensors.append(
        Tensor("roberta." + name, shape, (0..<shape.reduce(1, *)).map { 0.5 + Float($0 % 7) / 8 }))
    }
    add("embeddings.word_embeddings.weight", [6, 1])
    add("embeddings.token_type_embeddings.weight", [1, 1])
    add("embeddings.LayerNorm.weight", [1])
    add("embeddings.LayerNorm.bias", [1])
    let layer = "encoder.layer.0."
    let matrices = ["attention.self.query", "attention.self.key", "attention.self.value"]
    for part in matrices + ["attention.output.dense", "intermediate.dense", "output.dense"] {
      add(layer + part + ".weight", [1, 1])
      add(layer + part + ".bias", [1])
    }
    for part in ["attention.output.LayerNorm", "output.LayerNorm"] {
      add(layer + part + ".weight", [1])
      add(layer + part + ".bias", [1])
    }
    let table = Tensor("roberta.embeddings.position_embeddings.weight", [positions, 1], [])
    try weights(tensors + more, last: table, as: name + "/model.safetensors")
    var config: [String: Any] = [
      "model_type": "roberta", "architectures": ["RobertaModel"], "vocab_size": 6,
      "hidden_size": 1, "num_hidden_layers": 1, "num_attention_heads": 1, "intermediate_size": 1,
      "max_position_embeddings": positions, "type_vocab_size": 1, "pad_token_id": 1,
      "layer_norm_eps": 1e-5, "hidden_act": "gelu",
    ]
    config.merge(fields) { $1 }
    try scratch.write(
      name + "/config.json", Array(try JSONSerialization.data(withJSONObject: config)))
    return scratch(name)
  }

  /// A safetensors file whose last tensor is a hole: zeros that take no room.
  private func weights(
    _ tensors: [HandMadeModel.Tensor], last: HandMadeModel.Tensor, as name: String
  ) throws {
    var bytes = Array(HandMadeModel.safetensors(tensors + [last]))
    let length = bytes[..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
    let data = bytes.count - 8 - length
    let size = 4 * last.shape.reduce(1, *)
    let header = String(decoding: bytes[8..<8 + length], as: UTF8.self)
      .replacingOccurrences(of: "[\(data),\(data)]}}", with: "[\(data),\(data + size)]}}")
    bytes = safetensors(header) + bytes[(8 + length)...]
    try scratch.write(name, bytes)
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: scratch(name)))
    try file.truncate(atOffset: UInt64(bytes.count + size))
    try file.close()
  }

  @Test("Heads of all layers, from one number for their dilation")
  func heads() throws {
    for (layers, heads, expected) in [
      (4096, 65_536, "config.value"), (5, 65_536, "config.value"), (4, 65_536, "model.tensors"),
    ] {
      let model = try roberta(
        "heads",
        [
          "model_type": "longformer", "architectures": ["LongformerModel"],
          "num_hidden_layers": layers, "num_attention_heads": heads, "hidden_size": heads,
          "attention_window": 4, "attention_dilation": 2,
        ])
      #expect(try code(["draw", model, "-o", scratch("a.svg")]) == expected)
      #expect(try code(["bench", model, "--length", "4"]) == expected)
      #expect(try bounded(["inspect", model]).exitCode == 0)
    }
  }

  @Test("A head of many labels and no bytes")
  func labels() throws {
    let empty = HandMadeModel.Tensor("classifier.weight", [1 << 20, 0], [])
    for architecture in [
      "RobertaForTokenClassification", "RobertaForMultipleChoice", "RobertaModel",
    ] {
      let model = try roberta(
        "labels", ["architectures": [architecture], "num_labels": 1 << 20],
        [empty, .init("classifier.bias", [0], [])])
      #expect(try code(["bench", model, "--length", "4"])?.isEmpty == false)
      #expect(try bounded(["inspect", model, "--tensors"]).exitCode == 0)
    }
  }

  @Test("A container of 5 kB with as many positions as an option allows")
  func positions() throws {
    let source = try roberta("one")
    let path = scratch("large.lfz")
    let made = try bounded([
      "roberta-to-longformer", source, "-o", path, "--max-positions", "16777216",
      "--attention-window", "1048576", "--attention-dilation", "3", "--no-check",
    ])
    #expect(made.exitCode == 0, "\(made.errors)")
    let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
    #expect(size.map { $0 < 6000 } == true)
    // The table has 67 MB.
    for command in [
      ["inspect", path], ["check", path], ["draw", path, "-o", scratch("b.svg")],
      ["convert", path, "-o", scratch("again.lfz")],
    ] { #expect(try bounded(command, megabytes: 1000).exitCode == 0, "\(command[0])") }
    let model = try roberta("more", ["max_position_embeddings": 1 << 25 + 1])
    #expect(try code(["convert", model, "-o", scratch("c")]) == "config.value")
  }

  @Test("A conversion is proven in little memory, however many positions either side has")
  func proof() throws {
    // 128 MB of positions, which a container keeps in 20 kB.
    let source = try roberta("rows", positions: 1 << 25)
    let small = scratch("rows.lfz")
    #expect(try bounded(["convert", source, "-o", small], megabytes: 700).exitCode == 0)
    let size = try FileManager.default.attributesOfItem(atPath: small)[.size] as? Int
    #expect(size.map { $0 < 40_000 } == true, "\(size ?? -1)")
    for (name, source, positions) in [
      ("many", small, "4096"), ("few", try roberta("few"), "1048576"),
    ] {
      let made = try bounded(
        [
          "roberta-to-longformer", source, "-o", scratch(name + ".lfz"), "--max-positions",
          positions, "--json",
        ], megabytes: 700)
      let checks = made.json["checks"] as? [[String: Any]] ?? []
      #expect(made.exitCode == 0 && checks.contains { $0["name"] as? String == "positions" })
    }
  }

  @Test("A pickle that names classes of 4 kB over and over")
  func classNames() throws {
    typealias P = HandMadePickle
    let long = String(repeating: "M", count: 4000)
    func file(_ items: [UInt8], _ name: String) throws -> String {
      let list: P.Code =
        P.text(long) + [0x71, 1, 0x30] + P.text("y") + [0x71, 2, 0x30]
        + [0x7D, 0x28] + P.text("a") + [0x5D, 0x28] + items + [0x65, 0x75]
      return try scratch.write(name, P.legacy(list, storages: []))
    }
    // Two references and STACK_GLOBAL, five bytes for 4 kB.
    let same = [UInt8]((0..<400_000).map { _ in [0x68, 1, 0x68, 2, 0x93] as [UInt8] }.joined())
    #expect(try bounded(["inspect", try file(same, "same.pt")], megabytes: 800).exitCode == 2)
    // Always another class of the module.
    let other = [UInt8](
      (0..<20_000).map { [0x68, 1] + P.text("n\($0)") + [0x93] }.joined())
    #expect(try code(["inspect", try file(other, "other.pt")]) == "pickle.names")
    let fits = [UInt8]((0..<4000).map { [0x68, 1] + P.text("n\($0)") + [0x93] }.joined())
    #expect(try code(["inspect", try file(fits, "fits.pt")]) != "pickle.names")
  }

  @Test("Tensors that share a storage")
  func sharedStorage() throws {
    typealias P = HandMadePickle
    func file(_ count: Int) throws -> String {
      let rows = 1 << 18  // 1 MiB
      var members: P.Code = []
      for index in 0..<count {
        members += P.text("t\(index)") + P.tensor("0", count: rows, shape: [rows], strides: [1])
      }
      let value: P.Code = [0x7D, 0x28] + members + [0x75]
      return try scratch.write(
        "shared.pt",
        P.legacy(value, storages: [(key: "0", values: [Float](repeating: 1, count: rows))]))
    }
    // 64 times the file and 1 GiB: 1,088 tensors of 1 MiB, and some for the pickle itself.
    #expect(try bounded(["inspect", try file(1088)]).exitCode == 0)
    let above = try file(1300)
    for command in [["inspect", above], ["convert", above, "-o", scratch("folder")]] {
      #expect(try code(command) == "checkpoint.expansion")
    }
  }

  @Test("A JSON text of nothing but values", arguments: ["config.json", "modules.json", "index"])
  func json(name: String) throws {
    let values = String(repeating: "0,", count: 4_000_000) + "0"
    let model = try roberta("json")
    let file = name == "index" ? "model.safetensors.index.json" : name
    let text = name == "modules.json" ? "[\(values)]" : "{\"a\":[\(values)]}"
    try scratch.write("json/" + file, text)
    if name == "index" {
      try FileManager.default.removeItem(atPath: scratch("json/model.safetensors"))
    }
    let found = try code(["inspect", model])
    #expect(name == "index" ? found?.isEmpty == false : found == "json.values", "\(found ?? "-")")
    guard name == "config.json" else { return }
    // The object and its member are two values more.
    try scratch.write("json/" + file, "{\"a\":[\(values.dropFirst(2 * 3))]}")
    #expect(try code(["inspect", model]) == nil)
  }

  @Test("A case that asks for millions of positions, or expects thousands of outputs")
  func cases() throws {
    let large = try scratch.golden("roberta-masked-lm-three-windows") {
      $0["convert"] = ["attention_window": 4, "max_positions": 11_000_000]
    }
    let result = try bounded(["verify", large, "--json"])
    let found = (result.json["cases"] as? [[String: Any]])?.first
    #expect(result.exitCode == 2 && found?["code"] as? String == "golden.size")
    for (count, exit) in [(60_000, Int32(2)), (10_001, 2), (10_000, 1)] {
      let many = try scratch.golden("bert-one-token") {
        $0["outputs"] = Dictionary(
          uniqueKeysWithValues: (0..<10_000).map { ("x\($0)", ["atol": 1]) })
      }
      let tensors = (0..<count).map { HandMadeModel.Tensor("attentions.\($0)", [0], []) }
      try HandMadeModel.safetensors(tensors).write(
        to: URL(fileURLWithPath: many + "/expected.safetensors"))
      let result = try bounded([
        "verify", many, "--html", scratch("\(count).html"), "--junit", scratch("\(count).xml"),
      ])
      #expect(result.exitCode == exit, "\(count): \(result.output.prefix(300))")
    }
  }
}
