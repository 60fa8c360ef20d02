import Foundation
import LFConversion
import LFCore
import LFFamilies
import LFTools
import TestSupport
import Testing

@Suite("Inspection")
struct InspectionTests {
  @Test("A container tells where its bytes went and how it was made")
  func container() throws {
    let scratch = try Scratch()
    let source = Repository.golden("pad-zero") + "/source"
    let options = LongformerOptions(attentionWindow: [4], maxPositions: 50)
    var converter = Converter(.longformer(options), source: source, output: scratch("a.lfz"))
    converter.recordsSHA256 = true
    _ = try converter.run()
    let inspection = try Inspection(scratch("a.lfz"))
    #expect(inspection.model?.configuration.longestInput == 50 && inspection.problem == nil)
    let storage = try #require(inspection.storage)
    let groups = inspection.storageGroups
    #expect(
      Set(groups.map(\.name)) == [
        "other embeddings", "position embeddings", "attention", "global projections",
        "feed-forward", "head",
      ])
    #expect(groups.reduce(0) { $0 + $1.rawBytes } == inspection.rawBytes)
    #expect(groups.reduce(0) { $0 + $1.tensors } == inspection.tensors.count)
    // Global projections equal the local ones, and are stored with them.
    #expect(groups.first { $0.name == "global projections" }?.storedBytes == 0)
    #expect(storage.fileBytes == inspection.fileBytes)
    #expect(
      inspection.provenance.contains { $0.key == "source" && $0.value.contains(", SHA-256 ") })
    let json = inspection.json(listsTensors: true)
    #expect(json["tensor_list"]?.arrayValue?.count == inspection.tensors.count)
    #expect(json["model"]?.objectValue?["attention_window"] == [4, 4])
    #expect(inspection.json(listsTensors: false)["tensor_list"] == nil)
  }

  @Test("Tensors that make up no model are listed, with the reason")
  func unknown() throws {
    let scratch = try Scratch()
    let path = try scratch.file(
      "x.safetensors", HandMadeModel.safetensors([.init("x", [2, 3], [1, 2, 3, 4, 5, 6])]))
    let inspection = try Inspection(path)
    #expect(
      inspection.model == nil && inspection.storage == nil && inspection.storageGroups.isEmpty)
    #expect(inspection.parameterCount == 6 && inspection.rawBytes == 24)
    let problem = try #require(inspection.problem)
    #expect(
      inspection.json(listsTensors: false)["problem"]?.objectValue?["code"] == .string(problem.code)
    )
    #expect(failure { try Inspection.configuration(of: path) } == problem)
  }
}
