import Foundation
import LFCore
import LFVerification
import TestSupport
import Testing

/// What must not pass for a difference, for another model, or for nothing.
@Suite("Failures of a verification")
struct FailureTests {
  /// A converted case as a container, with a byte of the first chunk changed.
  private func damaged(_ broken: BrokenCase) throws -> String {
    let path = broken.folder + "/model.lfz"
    let result = try Program.run(["convert", broken.folder + "/source", "-o", path])
    #expect(result.exitCode == 0, "\(result.errors)")
    var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    bytes[64 + 1000] ^= 1
    try bytes.write(to: URL(fileURLWithPath: path))
    return path
  }

  @Test("Damage of the model is an error of the case, with and without expected tensors")
  func damage() throws {
    for keepsTensors in [false, true] {
      let broken = try BrokenCase("globals-absent", keepsTensors: keepsTensors)
      let result = Verifier(model: try damaged(broken)).verify(broken.folder)
      #expect(result.status == .error)
      #expect(result.error?.code == "lfz.chunk-checksum", "\(result.message)")
    }
  }

  @Test("Expected tensors that cannot be read are an error, also of a model that is not known")
  func expectedTensors() throws {
    for isKnown in [true, false] {
      let broken = try BrokenCase("globals-absent", keepsTensors: true)
      try broken.editCase { $0["expected_tensors"] = "nowhere.safetensors" }
      if !isKnown {
        let model = broken.folder + "/source/model.safetensors"
        let file = try SafetensorsFile(model)
        let kept = file.tensors.filter { !$0.name.contains("_global.") }.map {
          HandMadeModel.Tensor($0.name, $0.type, $0.shape, Array(file.data[$0.range]))
        }
        try HandMadeModel.safetensors(kept).write(to: URL(fileURLWithPath: model))
      }
      let result = Verifier().verify(broken.folder)
      #expect(result.status == .error)
      #expect(result.error?.code == "io.not-found", "\(result.message)")
    }
  }

  @Test(
    "Outputs named after layers that no model has are missing, whatever their number",
    arguments: [
      "attentions.9223372036854775807", "hidden_states.9223372036854775807",
      "hidden_states.9223372036854775806", "attentions.-9223372036854775808",
      "hidden_states.99999999999999999999", "attentions.-1", "hidden_states.01", "attentions.",
      "hidden_states.65536", "attentions.65535",
    ])
  func numbers(name: String) throws {
    let broken = try BrokenCase("length-below-window")
    let path = broken.folder + "/expected.safetensors"
    let file = try SafetensorsFile(path)
    var tensors = file.tensors.map {
      HandMadeModel.Tensor($0.name, $0.type, $0.shape, Array(file.data[$0.range]))
    }
    tensors.append(HandMadeModel.Tensor(name, [1, 2], [0, 0]))
    try HandMadeModel.safetensors(tensors).write(to: URL(fileURLWithPath: path))
    let result = try Program.run(
      ["verify", broken.folder, "--json", "--perturb", "--html", broken.folder + "/x.html"])
    #expect(result.exitCode == 1 && !result.wasSignalled, "\(result.errors)")
    let cases = try #require(result.json["cases"] as? [[String: Any]])
    let outputs = try #require(cases.first?["outputs"] as? [[String: Any]])
    #expect(
      outputs.filter { $0["passed"] as? Bool == false }.compactMap { $0["name"] as? String }
        == [name])
    #expect(
      cases[0]["first_drifting_layer"] as? Int == (name == "hidden_states.65536" ? 65536 : nil))
  }

  @Test("A model in place of the case's own is enough where that one is not there")
  func otherModel() throws {
    let broken = try BrokenCase("pad-three-two-token-types")
    try broken.useConverted()
    try broken.editConfiguration { _ in }
    try broken.editCase { $0["model"] = "nowhere" }
    #expect(Verifier(model: broken.converted).verify(broken.folder).status == .pass)
    try broken.editWeights("converted") { file in
      let table = file.tensor("embeddings.position_embeddings.weight")
      let rows = file.rows(table)
      // Nothing is repeated after the source's 26 usable rows.
      file.set(table, rows: rows.indices.map { $0 < 30 ? rows[$0] : Data(count: rows[0].count) })
    }
    let result = Verifier(model: broken.converted).verify(broken.folder)
    #expect(result.status == .fail)
    #expect(result.diagnosis?.cause == .tiling)
  }
}
