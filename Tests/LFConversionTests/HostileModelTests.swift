import Foundation
import LFConversion
import LFCore
import LFFamilies
import LFModels
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

  @Test("Thousands of foreign names are listed without a search for each", .timeLimit(.minutes(1)))
  func manyForeignNames() throws {
    let scratch = try Scratch()
    _ = try scratch.copy(Self.root + "/valid/roberta/config.json", as: "config.json")
    let file = try SafetensorsFile(Self.root + "/valid/roberta/model.safetensors")
    let foreign = (0..<4000).map {
      let name = String(repeating: "encoder.layer.", count: 14) + "\($0)"
      return #""\#(name)":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}"#
    }
    let start = file.tensors.map(\.range.lowerBound).min() ?? 0
    let own = file.tensors.map {
      #""\#($0.name)":{"dtype":"F32","shape":\#($0.shape),"#
        + #""data_offsets":[\#($0.range.lowerBound - start),\#($0.range.upperBound - start)]}"#
    }
    let header = Data(("{" + (foreign + own).joined(separator: ",") + "}").utf8)
    let length = Data((0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) })
    try scratch.file("model.safetensors", length + header + file.data[start...])
    let error = #expect(throws: LFError.self) { try convert(scratch.path, scratch("out.lfz")) }
    #expect(error?.code == "model.tensors")
    #expect(error?.message.contains("4000 unexpected") == true)
    #expect(error?.details.contains("… and 3980 more unexpected") == true)
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
