import Foundation
import LFCore
import LFVerification
import TestSupport
import Testing

@Suite("Verifier")
struct VerifierTests {
  private let name = "length-below-window"

  private func edited(_ scratch: Scratch, _ edit: (inout [String: Any]) -> Void) throws -> String {
    let folder = try scratch.copy(Repository.golden(name), as: UUID().uuidString)
    let path = URL(fileURLWithPath: folder + "/case.json")
    var json =
      try JSONSerialization.jsonObject(with: Data(contentsOf: path)) as? [String: Any] ?? [:]
    edit(&json)
    try JSONSerialization.data(withJSONObject: json).write(to: path)
    return folder
  }

  @Test("What cannot be compared is an error with its own exit code, not a failure")
  func errors() throws {
    let scratch = try Scratch()
    let missing = try edited(scratch) { $0["model"] = "nowhere" }
    #expect(Verifier().verify(missing).status == .error)
    #expect(try Verifier().run([missing]).exitCode == 4)
    let misspelt = try edited(scratch) { $0["expected_tensor"] = "longformer.safetensors" }
    #expect(try Verifier().run([misspelt]).exitCode == 2)
    let damaged = try edited(scratch) { _ in }
    try Data("{".utf8).write(to: URL(fileURLWithPath: damaged + "/expected.safetensors"))
    #expect(try Verifier().run([damaged]).exitCode == 2)
    let wrongWindows = try edited(scratch) {
      $0["convert"] = ["attention_window": [3], "max_positions": 10]
    }
    #expect(try Verifier().run([wrongWindows]).exitCode == 2)
  }

  @Test("A mismatch outweighs an error of another case")
  func mixed() throws {
    let scratch = try Scratch()
    let missing = try edited(scratch) { $0["model"] = "nowhere" }
    let strict = try edited(scratch) { $0["tolerance"] = ["atol": 0, "rtol": 0] }
    let report = try Verifier().run([missing, strict, Repository.golden(name)])
    #expect(report.exitCode == 1)
    #expect(report.passed == 1 && report.failed == 2)
  }

  @Test("A folder without cases does not pass for a success")
  func nothing() throws {
    let scratch = try Scratch()
    let error = #expect(throws: LFError.self) { try Verifier().run([scratch.path]) }
    #expect(error?.code == "golden.none")
    #expect(#expect(throws: LFError.self) { try Verifier().run([scratch("x")]) }?.kind == .io)
  }

  @Test("Tolerances of single outputs, in either place, override the case's")
  func tolerances() throws {
    let scratch = try Scratch()
    for key in ["outputs", "tolerance"] {
      let folder = try edited(scratch) {
        let overrides: [String: Any] = ["logits": ["atol": 0, "rtol": 0]]
        $0[key] = key == "outputs" ? overrides : ["outputs": overrides]
      }
      let result = Verifier().verify(folder)
      #expect(result.outputs.filter { !$0.passed }.map(\.name) == ["logits"])
    }
  }

  @Test("An output that the model does not have fails")
  func missingOutput() throws {
    let scratch = try Scratch()
    let folder = try edited(scratch) { _ in }
    var bytes = try Data(contentsOf: URL(fileURLWithPath: folder + "/expected.safetensors"))
    let old = Data("\"logits\"".utf8)
    let range = try #require(bytes.range(of: old))
    bytes.replaceSubrange(range, with: Data("\"logitz\"".utf8))
    try bytes.write(to: URL(fileURLWithPath: folder + "/expected.safetensors"))
    let result = Verifier().verify(folder)
    #expect(result.status == .fail)
    #expect(result.message.contains("logitz"))
  }

  @Test("NaN and infinity fail, whatever the tolerance")
  func notFinite() throws {
    let scratch = try Scratch()
    let folder = try edited(scratch) { $0["tolerance"] = ["atol": 1e30, "rtol": 1e30] }
    #expect(Verifier().verify(folder).status == .pass)
    var expected = try SafetensorsFile(folder + "/expected.safetensors")
    let tensor = try #require(expected.tensors.first)
    expected.add(.nan, to: tensor, element: 0)
    try expected.save()
    #expect(Verifier().verify(folder).status == .fail)
  }

  @Test("Padding is ignored only when the case says so")
  func padding() throws {
    let scratch = try Scratch()
    let folder = try scratch.copy(Repository.golden("padding-right-left-middle"), as: "case")
    let inputs = try SafetensorsFile(folder + "/inputs.safetensors")
    let mask = try #require(inputs["attention_mask"])
    let padded = try #require(stride(from: 0, to: mask.count, by: 8).first { mask[$0] == 0 }) / 8
    var expected = try SafetensorsFile(folder + "/expected.safetensors")
    let tensor = try #require(expected.tensors.first { $0.name == "last_hidden_state" })
    expected.add(1, to: tensor, element: padded * tensor.shape[2])
    try expected.save()
    #expect(Verifier().verify(folder).status == .fail)
    let path = URL(fileURLWithPath: folder + "/case.json")
    let text = try String(contentsOf: path, encoding: .utf8)
      .replacingOccurrences(of: "\"ignore_padding\": false", with: "\"ignore_padding\": true")
    try Data(text.utf8).write(to: path)
    #expect(Verifier().verify(folder).status == .pass)
  }

  @Test("Another model can take the case's place")
  func otherModel() throws {
    let own = Repository.golden("pad-zero") + "/source"
    var verifier = Verifier(model: own)
    #expect(verifier.verify(Repository.golden("pad-zero")).status == .pass)
    verifier.model = Repository.golden("pad-three-two-token-types") + "/source"
    #expect(verifier.verify(Repository.golden("pad-zero")).status != .pass)
  }

  @Test("Nothing is left in the temporary folder")
  func temporaryFiles() throws {
    let scratch = try Scratch()
    let result = try Program.run(
      ["verify", Repository.golden(name)], environment: ["TMPDIR": scratch.path])
    #expect(result.exitCode == 0)
    #expect(scratch.names.isEmpty)
  }
}
