import Foundation
import LFVerification
import TestSupport
import Testing

@Suite("Mutation test")
struct MutationTests {
  private func mutated(_ folder: String) -> CaseResult {
    var verifier = Verifier()
    verifier.allowsOutside = true
    verifier.testsMutations = true
    return verifier.verify(folder)
  }

  @Test("No mutant of a golden case survives", arguments: Repository.goldenNames)
  func golden(name: String) throws {
    let result = mutated(Repository.golden(name))
    let mutations = try #require(result.mutations)
    #expect(mutations.survived == [], "\(mutations.survived)")
    // One expected value an output, a weight, a position row, a stored byte.
    #expect(mutations.tested == result.outputs.count + 3)
    #expect(mutations.killed == mutations.tested)
    #expect(result.status == .pass)
  }

  @Test("Every mutant survives a tolerance that admits anything, and the case fails")
  func tolerance() throws {
    let broken = try BrokenCase("length-equal-to-window")
    try broken.editCase { $0["tolerance"] = ["atol": 100, "rtol": 0] }
    #expect(Verifier().verify(broken.folder).status == .pass)
    let result = mutated(broken.folder)
    #expect(result.status == .fail)
    #expect(result.mutations?.survived.count == result.mutations?.tested)
    #expect(result.mutations?.killed == 0)
    #expect(result.message.contains("a mutant survived"))
    let program = try Program.run(["verify", broken.folder, "--perturb"])
    #expect(program.exitCode == 1)
    #expect(program.output.contains("OFF mutant survived: logits with one expected value changed"))
  }

  @Test("Mutants of a case that ignores padding are killed as well")
  func padding() throws {
    let broken = try BrokenCase("padding-right-left-middle")
    try broken.editCase { $0["ignore_padding"] = true }
    let result = mutated(broken.folder)
    #expect(result.mutations?.survived == [])
    #expect(result.status == .pass)
  }

  @Test(
    "In a BERT the position row of the first token is changed, in a RoBERTa that after the reserved ones"
  )
  func positions() throws {
    for (name, row) in [
      ("bert-one-token", 0), ("bert-one-token-after-conversion", 1), ("length-one", 2),
    ] where Repository.goldenNames.contains(name) {
      let broken = try BrokenCase(name)
      // Everything survives, so that the report names the row.
      try broken.editCase { $0["tolerance"] = ["atol": 100, "rtol": 0] }
      let survived = mutated(broken.folder).mutations?.survived ?? []
      #expect(survived.contains("position row \(row) with one byte changed"), "\(survived)")
    }
  }

  @Test("A padding token that is not masked counts: its row is the padding row, or its place")
  func paddingToken() throws {
    for (name, token) in [("bert-one-token", 0), ("length-one", 1)] {
      let broken = try BrokenCase(name)
      var inputs = try SafetensorsFile(broken.folder + "/inputs.safetensors")
      let ids = inputs.tensor("input_ids")
      inputs.set(ids, Data([UInt8(token)] + [UInt8](repeating: 0, count: ids.range.count - 1)))
      try inputs.save()
      try record(broken)
      let result = mutated(broken.folder)
      #expect(result.status == .pass, "\(name): \(result.message)")
      #expect(result.mutations?.tested == result.outputs.count + 2)
    }
  }

  @Test("What no output can show is no mutant: a model one number wide has only its biases")
  func equivalent() throws {
    let scratch = try Scratch()
    let model = try HandMadeModel.bert(width: 1, in: scratch)
    let recorder = GoldenRecorder(
      model: model, inputs: .file(try HandMadeModel.inputs([[3]], in: scratch)),
      output: scratch("case"))
    _ = try recorder.record()
    let result = mutated(scratch("case"))
    #expect(result.status == .pass, "\(result.message)")
    // Neither the LayerNorm's gain nor the position row makes a difference.
    #expect(result.mutations?.tested == result.outputs.count + 1)
  }

  /// Replaces what a case expects by what its model computes today.
  private func record(_ broken: BrokenCase) throws {
    let scratch = try Scratch()
    var recorder = GoldenRecorder(
      model: broken.folder + "/source", inputs: .file(broken.folder + "/inputs.safetensors"),
      output: scratch("case"))
    recorder.weights = .none
    _ = try recorder.record()
    try FileManager.default.removeItem(atPath: broken.folder + "/expected.safetensors")
    try FileManager.default.copyItem(
      atPath: scratch("case/expected.safetensors"),
      toPath: broken.folder + "/expected.safetensors")
  }
}
