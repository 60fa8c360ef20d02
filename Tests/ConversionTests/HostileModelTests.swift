import Conversion
import Foundation
import ModelFamilies
import TensorCore
import TestSupport
import Testing

/// Models whose files are right and whose content is not.
@Suite("Hostile models")
struct HostileModelTests {
  struct Answer: Decodable {
    let exit: Int32
    let code: String
  }

  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Corpora/model").path

  static func names(_ part: String) -> [String] {
    let names = try? FileManager.default.contentsOfDirectory(atPath: "\(root)/\(part)")
    return (names ?? []).sorted().filter { $0 != "expected.json" }
  }

  static func answers() throws -> [String: Answer] {
    try JSONDecoder().decode(
      [String: Answer].self,
      from: Data(contentsOf: URL(filePath: root + "/invalid/expected.json")))
  }

  @Test("The catalogue is complete")
  func complete() throws {
    #expect(Set(try Self.answers().keys) == Set(Self.names("invalid")))
  }

  @Test("Each is refused with its own code, and leaves nothing behind", arguments: names("invalid"))
  func refused(name: String) throws {
    let scratch = try Scratch()
    let error = try #require(
      #expect(throws: LFError.self) {
        try convert(Self.root + "/invalid/" + name, scratch("out.lfz"))
      }, "\(name) was accepted")
    let answer = try #require(try Self.answers()[name])
    #expect(error.kind.rawValue == answer.exit, "\(error)")
    #expect(error.code == answer.code, "\(error)")
    if answer.code != "weights.nonfinite" { #expect(scratch.names.isEmpty) }
  }

  @Test("Their right neighbours are converted", arguments: names("valid"))
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
