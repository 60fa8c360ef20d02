import Foundation
import LFCore
import LFVerification
import TestSupport
import Testing

@Suite("Recording golden cases")
struct RecorderTests {
  private func recorder(_ name: String, _ output: String, model: String? = nil) -> GoldenRecorder {
    GoldenRecorder(
      model: model ?? Repository.golden(name) + "/source",
      inputs: .file(Repository.golden(name) + "/inputs.safetensors"), output: output)
  }

  @Test(
    "A recorded case verifies, and fails when its model changes",
    arguments: [
      "longformer-masked-lm-own-global-projections", "longformer-bare-window-beyond-input",
      "padding-right-left-middle",
    ])
  func records(name: String) throws {
    let scratch = try Scratch()
    let model = try scratch.copy(Repository.golden(name) + "/source", as: "model")
    let output = scratch("case")
    let result = try recorder(name, output, model: model).record()
    #expect(result.status == .pass && result.tensorsCompared > 0)
    #expect(Verifier.trusting.verify(output).status == .pass)
    // The path to the model is a relative one.
    let text = try String(contentsOfFile: output + "/case.json", encoding: .utf8)
    #expect(text.contains("\"model\": \"../model\""))
    #expect(text.contains("\"recorded_by\": \"lfconv "))
    // The outputs agree with the truth that came from outside.
    let truth = try SafetensorsFile(Repository.golden(name) + "/expected.safetensors")
    let own = try SafetensorsFile(output + "/expected.safetensors")
    #expect(Set(own.tensors.map(\.name)) == Set(truth.tensors.map(\.name)))
    var file = try SafetensorsFile(model + "/model.safetensors")
    file.flip(file.tensors[0], byte: 1)
    try file.save()
    #expect(Verifier.trusting.verify(output).status == .fail)
  }

  @Test("Attention probabilities are recorded on request")
  func attentions() throws {
    let scratch = try Scratch()
    let name = "attention-probabilities"
    var recorder = recorder(name, scratch("case"))
    recorder.recordsAttentions = true
    #expect(try recorder.record().status == .pass)
    let truth = try SafetensorsFile(Repository.golden(name) + "/expected.safetensors")
    let own = try SafetensorsFile(scratch("case/expected.safetensors"))
    #expect(Set(own.tensors.map(\.name)) == Set(truth.tensors.map(\.name)))
    #expect(own.tensor("attentions.1").shape == [4, 2, 23, 23])
  }

  @Test("The same model and inputs give the same bytes, and the model can be put inside")
  func embedded() throws {
    let scratch = try Scratch()
    let name = "longformer-masked-lm-own-global-projections"
    for folder in ["one", "two"] {
      var recorder = recorder(name, scratch(folder))
      recorder.name = "mine"
      recorder.embedsModel = true
      _ = try recorder.record()
    }
    let files = try FileManager.default.contentsOfDirectory(atPath: scratch("one")).sorted()
    #expect(
      files == [
        "case.json", "expected.safetensors", "inputs.safetensors", "model.lfz",
        "weights.safetensors",
      ])
    for file in files {
      #expect(
        FileManager.default.contentsEqual(
          atPath: scratch("one") + "/" + file, andPath: scratch("two") + "/" + file))
    }
    try FileManager.default.moveItem(atPath: scratch("one"), toPath: scratch("moved"))
    #expect(Verifier().verify(scratch("moved")).status == .pass)
  }

  @Test("An older case is replaced only when that is asked for, and nothing else ever is")
  func overwriting() throws {
    let scratch = try Scratch()
    var recorder = recorder("globals-absent", scratch("case"))
    _ = try recorder.record()
    #expect(#expect(throws: LFError.self) { try recorder.record() }?.code == "io.exists")
    recorder.overwrite = true
    recorder.weights = .none
    #expect(try recorder.record().tensorsCompared == 0)
    #expect(!FileManager.default.fileExists(atPath: scratch("case/weights.safetensors")))
    recorder.output = Repository.root + "/Specs"
    #expect(throws: LFError.self) { try recorder.record() }
  }

  @Test("A model that computes no numbers is refused, and leaves nothing behind")
  func notFinite() throws {
    let scratch = try Scratch()
    let model = try scratch.copy(Repository.golden("globals-absent") + "/source", as: "model")
    var file = try SafetensorsFile(model + "/model.safetensors")
    let bias = try #require(file.tensors.first { $0.name.hasSuffix("embeddings.LayerNorm.bias") })
    file.add(.nan, to: bias, element: 0)
    try file.save()
    let recorder = recorder("globals-absent", scratch("case"), model: model)
    let error = #expect(throws: LFError.self) { try recorder.record() }
    #expect(error?.code == "golden.not-finite")
    #expect(scratch.names == ["model"])
  }

  @Test("Nothing is recorded where CI is set, unless forced")
  func continuousIntegration() throws {
    let scratch = try Scratch()
    let golden = Repository.golden("globals-absent")
    let arguments = [
      "golden", "record", golden + "/source", "--inputs", golden + "/inputs.safetensors", "-o",
      scratch("case"),
    ]
    let refused = try Program.run(arguments, environment: ["CI": "true"])
    #expect(refused.exitCode == 64)
    #expect(refused.errors.contains("[usage.ci]"))
    #expect(scratch.names.isEmpty)
    #expect(try Program.run(arguments + ["--force"], environment: ["CI": "true"]).exitCode == 0)
    #expect(try Program.run(["verify", scratch("case"), "--allow-outside"]).exitCode == 0)
  }
}
