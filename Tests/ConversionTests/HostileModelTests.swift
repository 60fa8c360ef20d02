import Conversion
import Foundation
import ModelFamilies
import TensorCore
import TestSupport
import Testing

/// Models whose files are right and whose content is not.
@Suite("Hostile models")
struct HostileModelTests {
  private static let root = Refusal.corpora + "/model"

  @Test("The catalogue is complete")
  func complete() throws {
    #expect(Set(try Refusal.all("model").keys) == Set(Refusal.names("model", "invalid")))
  }

  @Test(
    "Each is refused for its own reason, and leaves nothing behind",
    arguments: Refusal.names("model", "invalid"))
  func refused(name: String) throws {
    let scratch = try Scratch()
    let error = try #require(
      #expect(throws: LFError.self) {
        try convert(Self.root + "/invalid/" + name, scratch("out.lfz"))
      }, "\(name) was accepted")
    let answer = try #require(try Refusal.all("model")[name])
    #expect(answer.differences(from: error) == [])
    if answer.code != "weights.nonfinite" { #expect(scratch.names.isEmpty) }
  }

  @Test("Their right neighbours are converted", arguments: Refusal.names("model", "valid"))
  func accepted(name: String) throws {
    let scratch = try Scratch()
    try convert(Self.root + "/valid/" + name, scratch("out.lfz"))
  }

  private func convert(_ source: String, _ output: String) throws(LFError) {
    let opened = try OpenedModel.open(source)
    _ = try opened.recognized()
    try FiniteWeights.check(opened.source)
    _ = try Converter(
      .longformer(LongformerOptions(attentionWindow: [2], maxPositions: 9)), source: source,
      output: output
    ).run()
  }
}
