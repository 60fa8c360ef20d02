import Foundation
import LFVerification
import TestSupport
import Testing

@Suite("Attention probabilities in golden cases")
struct AttentionTests {
  private let name = "attention-probabilities"

  @Test("Those of a layer that is not there are missing: a failure, not an error")
  func missingLayer() throws {
    let broken = try BrokenCase(name)
    let path = URL(fileURLWithPath: broken.folder + "/expected.safetensors")
    var data = try Data(contentsOf: path)
    let place = try #require(data.firstRange(of: Data("\"attentions.1\"".utf8)))
    data.replaceSubrange(place, with: Data("\"attentions.7\"".utf8))
    try data.write(to: path)
    let result = Verifier().verify(broken.folder)
    #expect(result.status == .fail)
    #expect(result.outputs.filter { !$0.passed }.map(\.name) == ["attentions.7"])
  }

  @Test("With ignore_padding, rows of padded queries do not count, others do")
  func padding() throws {
    // Sequence 2, head 1: query 9 is padded, query 8 is not.
    for (query, status) in [(9, CaseResult.Status.pass), (8, .fail)] {
      let broken = try BrokenCase(name)
      try broken.editCase { $0["ignore_padding"] = true }
      var file = try SafetensorsFile(broken.folder + "/expected.safetensors")
      file.add(
        1e-3, to: file.tensor("attentions.0"), element: ((2 * 2 + 1) * 23 + query) * 23 + 8)
      try file.save()
      #expect(Verifier().verify(broken.folder).status == status)
    }
  }

  @Test("Expected probabilities that no hidden state agrees with are named as damaged")
  func damaged() throws {
    let broken = try BrokenCase(name)
    var file = try SafetensorsFile(broken.folder + "/expected.safetensors")
    file.add(0.1, to: file.tensor("attentions.0"), element: 8)
    try file.save()
    let result = Verifier().verify(broken.folder)
    #expect(result.diagnosis?.cause == .expectedValues)
    #expect(result.diagnosis?.text.contains("attentions.0") == true)
  }

  @Test("A wrong window is found where attention probabilities are expected, too")
  func window() throws {
    let broken = try BrokenCase(name)
    try broken.editConfiguration { $0["attention_window"] = [8, 4] }
    let result = Verifier().verify(broken.folder)
    #expect(result.status == .fail)
    #expect(result.diagnosis?.cause == .window)
    #expect(result.diagnosis?.isConfirmed == true)
  }
}
