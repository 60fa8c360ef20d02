import Foundation
import LFCore
import LFVerification
import TestSupport
import Testing

/// A golden that is damaged itself, and files that are not the recorded ones:
/// neither must be taken for a fault of the model.
@Suite("Damaged goldens")
struct DamagedGoldenTests {
  /// Rewrites the expected outputs of a case.
  private func editExpected(
    _ broken: BrokenCase, _ change: (HandMadeModel.Tensor) -> HandMadeModel.Tensor?
  ) throws {
    let path = broken.folder + "/expected.safetensors"
    let file = try SafetensorsFile(path)
    let tensors = file.tensors.compactMap {
      change(HandMadeModel.Tensor($0.name, $0.type, $0.shape, Array(file.data[$0.range])))
    }
    try HandMadeModel.safetensors(tensors).write(to: URL(fileURLWithPath: path))
  }

  private func verified(_ broken: BrokenCase, _ more: [String] = []) throws -> [String: Any] {
    let result = try Program.run(["verify", broken.folder, "--json"] + more)
    #expect(result.exitCode == 1 && !result.wasSignalled, "\(result.errors)")
    #expect(try SchemaCheck(command: "verify").problems(result.json) == [])
    return try #require((result.json["cases"] as? [[String: Any]])?.first)
  }

  // MARK: Expected values

  @Test(
    "Expected values that are no numbers mean a damaged golden, in whichever output",
    arguments: ["logits", "hidden_states.0", "hidden_states.2", "last_hidden_state"],
    [Double.nan, .infinity, -.infinity])
  func notFinite(output: String, value: Double) throws {
    for keepsTensors in [false, true] {
      let broken = try BrokenCase("globals-absent", keepsTensors: keepsTensors)
      var expected = try SafetensorsFile(broken.folder + "/expected.safetensors")
      expected.add(value, to: expected.tensor(output), element: 33)
      try expected.save()
      let found = try verified(broken, ["--html", broken.folder + "/x.html"])
      #expect(found["cause"] as? String == "expected-values")
      #expect(found["confirmed"] as? Bool == true)
      let hint = found["hint"] as? String ?? ""
      #expect(
        hint.hasPrefix("expected.safetensors is damaged: of \(output) the expected"), "\(hint)")
      #expect(hint.contains(value.isNaN ? "is NaN" : "is infinite"))
      #expect(!hint.contains("head"))
      let page = try String(contentsOfFile: broken.folder + "/x.html", encoding: .utf8)
      #expect(page.contains("expected.safetensors is damaged"))
    }
  }

  @Test("NaN in padding that the case ignores is no damage")
  func ignored() throws {
    let broken = try BrokenCase("padding-right-left-middle")
    try broken.editCase { $0["ignore_padding"] = true }
    var expected = try SafetensorsFile(broken.folder + "/expected.safetensors")
    let states = expected.tensor("hidden_states.1")
    expected.add(.nan, to: states, element: 19 * states.shape[2])
    try expected.save()
    #expect(Verifier().verify(broken.folder).status == .pass)
  }

  @Test("A model that computes NaN is no damaged golden")
  func model() throws {
    let broken = try BrokenCase("globals-absent")
    try broken.editWeights { $0.add(.nan, to: $0.tensor("lm_head.bias"), element: 3) }
    let result = Verifier().verify(broken.folder)
    #expect(result.status == .fail && result.diagnosis?.cause == .head)
    #expect(result.message.contains("the value at [0,0,3] is NaN"), "\(result.message)")
  }

  @Test("A NaN against a NaN fails, and both are told")
  func bothNaN() throws {
    let broken = try BrokenCase("globals-absent")
    try broken.editWeights { $0.add(.nan, to: $0.tensor("lm_head.bias"), element: 3) }
    var expected = try SafetensorsFile(broken.folder + "/expected.safetensors")
    expected.add(.nan, to: expected.tensor("logits"), element: 3)
    try expected.save()
    let result = Verifier().verify(broken.folder)
    #expect(result.status == .fail)
    #expect(
      result.message.contains("the expected value at [0,0,3] is NaN, and the value is NaN"),
      "\(result.message)")
  }

  @Test(
    "Expected outputs of a wrong shape mean a damaged golden, or another model",
    arguments: [
      // [2, 37, 32] and hidden states [2, 37, 16]: a token less, a label less, a rank less.
      ("logits", [2, 36, 32], "belongs to other inputs", true),
      ("logits", [2, 37, 31], "was made with another head", false),
      ("logits", [74, 32], "belongs to other inputs", true),
      ("hidden_states.1", [2, 37, 15], "hidden states have widths of 15, 16", true),
      ("hidden_states.*", [2, 37, 15], "the outputs of another model", false),
      ("hidden_states.0", [1, 37, 16], "belongs to other inputs", true),
      ("hidden_states.0", [], "belongs to other inputs", true),
      ("hidden_states.0", [0, 37, 16], "belongs to other inputs", true),
    ] as [(String, [Int], String, Bool)])
  func shapes(output: String, shape: [Int], says: String, isConfirmed: Bool) throws {
    let broken = try BrokenCase("globals-absent")
    try editExpected(broken) { tensor in
      let isWanted =
        tensor.name == output
        || (output.hasSuffix("*") && (tensor.name.contains("hidden_state")))
      guard isWanted else { return tensor }
      let bytes = shape.reduce(8, *)
      return HandMadeModel.Tensor(tensor.name, "F64", shape, Array(tensor.bytes.prefix(bytes)))
    }
    let found = try verified(broken)
    #expect(found["cause"] as? String == "expected-values")
    #expect(found["confirmed"] as? Bool == isConfirmed)
    let hint = found["hint"] as? String ?? ""
    #expect(hint.contains(says), "\(hint)")
  }

  // MARK: Files that are not the recorded ones

  @Test("A model file that is not the recorded one is told first, in text, JSON and HTML")
  func modelFile() throws {
    let broken = try BrokenCase("longformer-masked-lm-own-global-projections")
    try broken.editConfiguration { $0["attention_window"] = [16, 8] }
    let page = broken.folder + "/x.html"
    let found = try verified(broken, ["--html", page])
    let files = try #require(found["changed_files"] as? [[String: Any]])
    #expect(files.map { $0["path"] as? String } == ["source/config.json"])
    let recorded = try #require(files[0]["recorded"] as? String)
    #expect(recorded == "f9bccde1aceec37c9e330d4c38ee88521b445f127d1f9090928322eacee400dc")
    #expect((files[0]["found"] as? String)?.count == 64 && files[0]["found"] as? String != recorded)
    let message = found["message"] as? String ?? ""
    #expect(
      message.hasPrefix("source/config.json is not the file that the case was made with; "),
      "\(message)")
    // What the numbers say is told as well.
    #expect(found["cause"] as? String == "attention-window")
    let text = try Program.run(["verify", broken.folder]).output
    #expect(text.contains("file: source/config.json is not the file that the case was made with"))
    #expect(text.contains("recorded is " + recorded))
    #expect(
      try #require(text.range(of: "file: ")).lowerBound < text.range(of: "hint: ")!.lowerBound)
    let html = try String(contentsOfFile: page, encoding: .utf8)
    #expect(html.contains("<strong>File:</strong> source/config.json is not the file"))
  }

  @Test("It is told of a model that cannot be read, and not of one that passes or is replaced")
  func modelFileElsewhere() throws {
    let broken = try BrokenCase("longformer-masked-lm-own-global-projections")
    let path = URL(fileURLWithPath: broken.folder + "/source/model.safetensors")
    let whole = try Data(contentsOf: path)
    try whole.dropLast(5).write(to: path)
    let result = Verifier().verify(broken.folder)
    #expect(result.status == .error)
    #expect(result.changedFiles.map(\.path) == ["source/model.safetensors"])
    #expect(result.message.hasPrefix("source/model.safetensors is not the file"))
    try whole.write(to: path)
    try broken.editConfiguration { $0["my_note"] = "another" }
    #expect(Verifier().verify(broken.folder).changedFiles == [])
    let other = try BrokenCase("longformer-masked-lm-own-global-projections")
    try other.editConfiguration { $0["attention_window"] = [16, 8] }
    let replaced = Verifier(model: other.folder + "/source").verify(broken.folder)
    #expect(replaced.status == .fail && replaced.changedFiles == [])
  }

  @Test("A recorded case tells a changed file of the model, and one of its own")
  func recorded() throws {
    let scratch = try Scratch()
    let model = try scratch.copy(Repository.golden("globals-absent") + "/source", as: "model")
    for weights in [GoldenRecorder.Weights.values, .digests, .none] {
      let output = scratch(weights.rawValue)
      var recorder = GoldenRecorder(
        model: model, inputs: .random(length: 20, seed: 3), output: output)
      recorder.weights = weights
      _ = try recorder.record()
      var expected = try SafetensorsFile(output + "/expected.safetensors")
      expected.add(0.5, to: expected.tensor("logits"), element: 7)
      try expected.save()
      let damaged = Verifier.trusting.verify(output)
      #expect(damaged.changedFiles.map(\.path) == ["expected.safetensors"])
      #expect(damaged.diagnosis?.cause == .expectedValues)
      #expect(damaged.hint?.hasPrefix("the case is damaged: expected.safetensors is not") == true)
      recorder.overwrite = true
      _ = try recorder.record()
      let original = try SafetensorsFile(model + "/model.safetensors")
      var file = original
      file.flip(file.tensor("layer.1.output.dense.weight"), byte: 3)
      try file.save()
      let changed = Verifier.trusting.verify(output)
      #expect(changed.status == .fail)
      #expect(changed.changedFiles.map(\.path) == ["model.safetensors"])
      #expect(changed.diagnosis?.cause != .expectedValues)
      try original.save()
    }
  }

  @Test("Where nothing else tells the cause, the changed file is it")
  func cause() throws {
    let scratch = try Scratch()
    let model = try scratch.copy(Repository.golden("globals-absent") + "/source", as: "model")
    let output = scratch("case")
    var recorder = GoldenRecorder(
      model: model, inputs: .random(length: 20, seed: 3), output: output)
    recorder.weights = .none
    _ = try recorder.record()
    // Only logits are expected, so that no layer can be told.
    let expected = try SafetensorsFile(output + "/expected.safetensors")
    let logits = expected.tensor("logits")
    try HandMadeModel.safetensors([
      .init("logits", logits.type, logits.shape, Array(expected.data[logits.range]))
    ]).write(to: URL(fileURLWithPath: output + "/expected.safetensors"))
    let path = URL(fileURLWithPath: output + "/case.json")
    var json = try #require(
      JSONSerialization.jsonObject(with: Data(contentsOf: path)) as? [String: Any])
    var provenance = try #require(json["provenance"] as? [String: Any])
    var digests = try #require(provenance["sha256"] as? [String: Any])
    digests["expected.safetensors"] = nil
    digests["../elsewhere"] = String(repeating: "0", count: 64)
    digests["inputs.safetensors"] = "free text"
    provenance["sha256"] = digests
    json["provenance"] = provenance
    try JSONSerialization.data(withJSONObject: json).write(to: path)
    var file = try SafetensorsFile(model + "/model.safetensors")
    file.add(1, to: file.tensor("layer.1.output.dense.bias"), element: 3)
    try file.save()
    let result = Verifier.trusting.verify(output)
    #expect(result.diagnosis?.cause == .modelFiles, "\(result.hint ?? "no hint")")
    #expect(result.changedFiles.map(\.path) == ["model.safetensors"])
  }

  @Test("A name in provenance is printed as it is")
  func names() throws {
    let scratch = try Scratch()
    let page = scratch("x.html")
    let result = try Program.run(["verify", Repository.golden("pytorch-bin-zip"), "--html", page])
    #expect(result.exitCode == 0)
    let html = try String(contentsOfFile: page, encoding: .utf8)
    #expect(html.contains("<code>sha256.source/pytorch_model.bin</code></dt>"))
    #expect(!html.contains("pytorch model.bin"))
  }
}
