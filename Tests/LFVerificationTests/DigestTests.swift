import Foundation
import LFCore
import LFVerification
import TestSupport
import Testing

/// Digests in place of weights, and inputs from a seed.
@Suite("Golden cases that fit into git")
struct DigestTests {
  private static let name = "digests-in-place-of-weights"
  private static let longformer = "longformer-masked-lm-own-global-projections"

  private func digests(_ path: String) throws -> [[String: Any]] {
    let json = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: path)))
    return try #require((json as? [String: Any])?["tensors"] as? [[String: Any]])
  }

  private func write(_ tensors: [[String: Any]], to path: String) throws {
    let json: [String: Any] = ["schema": "lfconv.tensors/1", "tensors": tensors]
    try JSONSerialization.data(withJSONObject: json).write(to: URL(fileURLWithPath: path))
  }

  // MARK: Comparing

  @Test("Digests computed in Python agree with what the conversion writes, tensor by tensor")
  func agrees() throws {
    let result = try Program.run(["verify", Repository.golden(Self.name), "--perturb", "--json"])
    #expect(result.exitCode == 0, "\(result.output)")
    let found = try #require((result.json["cases"] as? [[String: Any]])?.first)
    let tensors = try digests(Repository.golden(Self.name) + "/longformer.json")
    #expect((found["tensors"] as? [String: Any])?["compared"] as? Int == tensors.count)
    let outputs = try #require(found["outputs"] as? [Any])
    // One expected value an output, a weight, a position row, a stored byte.
    #expect((found["mutations"] as? [String: Any])?["tested"] as? Int == outputs.count + 3)
    #expect((found["mutations"] as? [String: Any])?["survived"] as? [String] == [])
  }

  @Test("Every digest counts, and so do names, types and shapes")
  func notices() throws {
    let broken = try BrokenCase(Self.name, keepsTensors: true)
    let path = broken.folder + "/longformer.json"
    let original = try digests(path)
    for place in original.indices {
      var changed = original
      let digest = try #require(changed[place]["sha256"] as? String)
      changed[place]["sha256"] = (digest.hasPrefix("0") ? "1" : "0") + digest.dropFirst()
      try write(changed, to: path)
      let result = Verifier().verify(broken.folder)
      #expect(result.status == .fail)
      #expect(result.differingTensors.map(\.name.text) == [original[place]["name"] as? String])
      #expect(result.differingTensors.first?.reason.hasPrefix("has SHA-256 ") == true)
    }
    for (key, value, says) in [
      ("dtype", "F16" as Any, "has type F32, not F16"), ("shape", [3] as Any, "has shape ["),
      ("name", "other" as Any, "is missing"),
    ] {
      var changed = original
      changed[0][key] = value
      try write(changed, to: path)
      let found = Verifier().verify(broken.folder).differingTensors
      #expect(found.contains { $0.reason.hasPrefix(says) }, "\(found.map(\.reason))")
    }
  }

  @Test("A changed byte of the model fails, and outputs tell which position rows are wrong")
  func changedModel() throws {
    let broken = try BrokenCase(Self.name, keepsTensors: true)
    try broken.editWeights { file in
      file.flip(file.tensor("layer.0.output.dense.weight"), byte: 5)
    }
    let result = Verifier().verify(broken.folder)
    #expect(result.status == .fail && result.diagnosis?.cause == .weights, "\(result.message)")
    let other = try BrokenCase(Self.longformer)
    let scratch = try Scratch()
    var recorder = GoldenRecorder(
      model: other.folder + "/source", inputs: .random(length: 40, seed: 2),
      output: scratch("case"))
    recorder.weights = .digests
    _ = try recorder.record()
    try other.editWeights { file in
      let table = file.tensor("position_embeddings.weight")
      let rows = file.rows(table)
      file.set(table, rows: rows.indices.map { rows[min($0 + 1, rows.count - 1)] })
    }
    let shifted = Verifier.trusting.verify(scratch("case"))
    #expect(shifted.differingTensors.map(\.name.text).contains { $0.contains("position") })
    #expect(shifted.diagnosis?.cause == .positionOffset, "\(shifted.hint ?? "no hint")")
  }

  @Test("A position row that no input uses is told by its digest alone")
  func unusedRow() throws {
    let broken = try BrokenCase("roberta-full-attention-row-fully-padded")
    let scratch = try Scratch()
    var recorder = GoldenRecorder(
      model: broken.folder + "/source", inputs: .random(length: 3, seed: 1),
      output: scratch("case"))
    recorder.weights = .digests
    _ = try recorder.record()
    try broken.editWeights { file in
      let table = file.tensor("position_embeddings.weight")
      file.flip(table, byte: table.range.count - 1)
    }
    let result = Verifier.trusting.verify(scratch("case"))
    #expect(result.status == .fail && result.outputs.allSatisfy(\.passed))
    #expect(result.diagnosis?.cause == .weights)
    #expect(result.hint?.contains("position_embeddings.weight is not the expected one") == true)
  }

  @Test(
    "A file of digests that is none is refused with the place",
    arguments: [
      ("[]", nil, "an object"), (#"{"tensors": []}"#, "schema", "lfconv.tensors/1"),
      (#"{"schema": "lfconv.tensors/2", "tensors": []}"#, "schema", "lfconv.tensors/1"),
      ("TENSORS", "tensors", "an array"), ("{}", "tensors", "an array"),
      ("[]", "tensors", "1 to"), ("[1]", "tensors[0]", "an object"),
      (#"[{"dtype": "F32"}]"#, "tensors[0].name", "the name of a tensor"),
      (#"[{"name": "", "dtype": "F32"}]"#, "tensors[0].name", "a name of 1 to"),
      (#"[{"name": "a", "dtype": "F8"}]"#, "tensors[0].dtype", "one of F64, F32"),
      (#"[{"name": "a", "dtype": "F32", "shape": 2}]"#, "tensors[0].shape", "whole numbers"),
      (#"[{"name": "a", "dtype": "F32", "shape": [2.5]}]"#, "tensors[0].shape", "whole numbers"),
      (#"[{"name": "a", "dtype": "F32", "shape": [-1]}]"#, "tensors[0].shape", "0 or more"),
      (
        #"[{"name": "a", "dtype": "F32", "shape": [4611686018427387904, 4]}]"#, "tensors[0].shape",
        "that fits"
      ),
      (#"[{"name": "a", "dtype": "F32", "shape": [], "sha256": "AB"}]"#, "tensors[0].sha256", "64"),
      (#"[{"name": "a", "dtype": "F32", "shape": [], "sha": ""}]"#, "tensors[0].sha", "another"),
      ("[GOOD, GOOD]", "tensors[1].name", "not there yet"),
    ] as [(String, String?, String)])
  func malformed(text: String, entry: String?, says: String) throws {
    let broken = try BrokenCase("globals-absent", keepsTensors: true)
    try broken.editCase { $0["expected_tensors"] = "digests.json" }
    let good =
      #"{"name": "a", "dtype": "F32", "shape": [2], "sha256": ""#
      + String(repeating: "0a", count: 32) + "\"}"
    let isWhole = entry == nil || entry == "schema"
    let tensors = text == "TENSORS" ? "null" : text.replacing("GOOD", with: good)
    let content =
      isWhole ? text : #"{"schema": "lfconv.tensors/1", "tensors": "# + tensors + "}"
    let path = broken.folder + "/digests.json"
    try Data(content.utf8).write(to: URL(fileURLWithPath: path))
    let result = try Program.run(["verify", broken.folder, "--json"])
    #expect(result.exitCode == 2 && !result.wasSignalled)
    let found = try #require((result.json["cases"] as? [[String: Any]])?.first)
    let message = found["message"] as? String ?? ""
    #expect(found["status"] as? String == "error")
    #expect(message.hasPrefix(path + (entry.map { ":" + $0 } ?? "") + ": expected"), "\(message)")
    #expect(message.contains(says), "\(message)")
    #expect(["golden.tensors", "tensor.shape"].contains(found["code"] as? String))
  }

  // MARK: Recording

  @Test("Small weights are recorded as values and large ones as digests, unless one is asked for")
  func forms() throws {
    let scratch = try Scratch()
    // Six matrices of 640 × 640 are 9.8 MB.
    let large = try HandMadeModel.bert(width: 640, in: scratch)
    let small = Repository.golden(Self.longformer) + "/source"
    for (model, option, file) in [
      (small, "auto", "weights.safetensors"), (large, "auto", "weights.json"),
      (small, "digests", "weights.json"), (large, "values", "weights.safetensors"),
      (small, "none", ""),
    ] {
      let output = scratch(UUID().uuidString)
      let result = try Program.run(
        ["golden", "record", model, "--length", "2", "-o", output, "--tensors", option, "--json"])
      #expect(result.exitCode == 0, "\(result.errors)")
      #expect(try SchemaCheck(command: "golden-record").problems(result.json) == [])
      let form = file.isEmpty ? "none" : file == "weights.json" ? "digests" : "values"
      #expect(result.json["tensors_as"] as? String == form)
      let names = try FileManager.default.contentsOfDirectory(atPath: output)
      #expect(names.filter { $0.hasPrefix("weights") } == (file.isEmpty ? [] : [file]))
      #expect(try Program.run(["verify", output, "--perturb", "--allow-outside"]).exitCode == 0)
      guard form == "digests" else { continue }
      let bytes = names.reduce(0) { sum, name in
        sum + ((try? Data(contentsOf: URL(fileURLWithPath: output + "/" + name)))?.count ?? 0)
      }
      #expect(bytes < 100_000)
      let json = try JSONSerialization.jsonObject(
        with: Data(contentsOf: URL(fileURLWithPath: output + "/weights.json")))
      #expect(try SchemaCheck(command: "tensors").problems(json) == [])
    }
  }

  @Test(
    "A seed gives the inputs that the specified rule gives, as a script computed them",
    arguments: [
      // Specs/golden.md in Python: V = 40, p = 1; then a BERT with V = 32, p = 0.
      ("longformer-masked-lm-own-global-projections", 0, [35, 17, 2, 38, 5, 13, 7, 31, 10, 38]),
      ("longformer-masked-lm-own-global-projections", 7, [16, 0, 36, 23, 18, 10, 19, 13, 6, 17]),
      ("longformer-masked-lm-own-global-projections", .max, [7, 37, 36, 5, 13, 5]),
      ("bert-multiple-choice", 7, [13, 1, 28, 19, 15, 8]),
      ("roberta-full-attention-row-fully-padded", 3, [4, 22, 20, 3, 7, 20, 5, 28, 16, 28]),
    ])
  func seeds(name: String, seed: Int, ids: [Int]) throws {
    let scratch = try Scratch()
    let isChoice = name == "bert-multiple-choice"
    let length = isChoice ? ids.count / 2 : ids.count
    let result = try Program.run([
      "golden", "record", Repository.golden(name) + "/source", "--length", String(length),
      "--seed", String(seed), "-o", scratch("case"),
    ])
    #expect(result.exitCode == 0, "\(result.errors)")
    let file = try SafetensorsFile(scratch("case/inputs.safetensors"))
    let tensor = file.tensor("input_ids")
    #expect(tensor.type == "I64" && tensor.shape == (isChoice ? [1, 2, length] : [1, length]))
    #expect(integers(file, tensor) == ids)
    if name.hasPrefix("longformer") {
      let mask = integers(file, file.tensor("global_attention_mask"))
      #expect(mask == [1] + Array(repeating: 0, count: ids.count - 1))
    }
    #expect(file.tensors.count == (name.hasPrefix("longformer") ? 2 : 1))
    #expect(
      try Program.run(["verify", scratch("case"), "--exact", "--allow-outside"]).exitCode == 0)
  }

  private func integers(_ file: SafetensorsFile, _ tensor: SafetensorsFile.Tensor) -> [Int] {
    let bytes = [UInt8](file.data[tensor.range])
    return stride(from: 0, to: bytes.count, by: 8).map { start in
      (0..<8).reduce(0) { $0 | Int(bytes[start + $1]) << (8 * $1) }
    }
  }

  @Test("Lengths, seeds and files that do not go together are refused before anything is made")
  func refused() throws {
    let scratch = try Scratch()
    let model = Repository.golden(Self.longformer) + "/source"
    for (arguments, exitCode) in [
      (["--length", "65"], 2), (["--length", "9223372036854775807"], 2), (["--length", "0"], 64),
      (["--length", "4", "--seed=-1"], 64), (["--seed", "4"], 64), ([], 64),
      (["--length", "4", "--inputs", "x"], 64),
      (["--length", "4", "--no-tensors", "--tensors", "values"], 64),
    ] as [([String], Int32)] {
      let result = try Program.run(["golden", "record", model, "-o", scratch("case")] + arguments)
      #expect(result.exitCode == exitCode, "\(arguments): \(result.errors)")
    }
    #expect(scratch.names == [])
  }

  @Test("int32 inputs are those of int64, and are recorded as int64")
  func narrowInputs() throws {
    let scratch = try Scratch()
    let golden = Repository.golden("bert-question-answering")
    let file = try SafetensorsFile(golden + "/inputs.safetensors")
    let narrow = file.tensors.map { tensor in
      HandMadeModel.Tensor(
        tensor.name, "I32", tensor.shape,
        integers(file, tensor).flatMap { value in
          (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        })
    }
    let inputs = try scratch.file("narrow.safetensors", HandMadeModel.safetensors(narrow))
    let broken = try BrokenCase("bert-question-answering", keepsTensors: true)
    try broken.editCase { $0["inputs"] = inputs }
    #expect(Verifier.trusting.verify(broken.folder).status == .pass)
    let recorder = GoldenRecorder(
      model: golden + "/source", inputs: .file(inputs), output: scratch("case"))
    #expect(try recorder.record().status == .pass)
    let written = try SafetensorsFile(scratch("case/inputs.safetensors"))
    for tensor in file.tensors {
      #expect(written.tensor(tensor.name).type == "I64")
      #expect(integers(written, written.tensor(tensor.name)) == integers(file, tensor))
    }
    // A negative int32 stays negative, and is refused as an id.
    let negative = [HandMadeModel.Tensor("input_ids", "I32", [1, 1], [0xFE, 0xFF, 0xFF, 0xFF])]
    try HandMadeModel.safetensors(negative).write(to: URL(fileURLWithPath: inputs))
    let error = Verifier.trusting.verify(broken.folder).error
    #expect(error?.code == "input.range" && error?.message.contains("found -2") == true)
    #expect(error?.location.file == inputs && error?.location.entry == "input_ids")
  }
}
