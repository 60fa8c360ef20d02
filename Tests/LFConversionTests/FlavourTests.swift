import Foundation
import LFConversion
import LFCore
import LFFamilies
import LFTools
import TestSupport
import Testing

/// One tiny RoBERTa in every flavour that people keep checkpoints in.
@Suite("The same model in many flavours")
struct FlavourTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Corpora/flavours").path

  /// SOURCEs, as a user would give them.
  static let robertas = [
    "safetensors", "safetensors/model.safetensors", "safetensors-sharded",
    "safetensors-sharded/model.safetensors.index.json", "bin-zip", "bin-legacy", "bin-sharded",
    "lightning/last.ckpt", "fairseq-args", "fairseq-cfg/model.pt", "sentence-transformers",
  ]

  private func source(_ name: String) -> String { Self.folder + "/" + name }

  @Test("Every flavour becomes the same Longformer, byte for byte", arguments: robertas)
  func longformer(name: String) throws {
    let scratch = try Scratch()
    var bytes: [Data?] = []
    for (place, flavour) in ["safetensors", name].enumerated() {
      let options = LongformerOptions(attentionWindow: [4, 6], maxPositions: 45)
      let report = try Converter(
        .longformer(options), source: source(flavour), output: scratch("out-\(place)")
      ).run()
      #expect(report.checks.count == 6)
      bytes.append(FileManager.default.contents(atPath: scratch("out-\(place)/model.safetensors")))
    }
    #expect(bytes[0] != nil && bytes[0] == bytes[1])
    // Through the container as well.
    _ = try Converter(
      .sameArchitecture, source: source(name), output: scratch("a.lfz")
    ).run()
    let options = LongformerOptions(attentionWindow: [4, 6], maxPositions: 45)
    _ = try Converter(.longformer(options), source: scratch("a.lfz"), output: scratch("b")).run()
    #expect(FileManager.default.contents(atPath: scratch("b/model.safetensors")) == bytes[0])
  }

  @Test("Any two flavours are equal", arguments: robertas)
  func equal(name: String) throws {
    let comparison = try ModelComparison(source("safetensors"), source(name))
    #expect(comparison.isEqual, "\(comparison.json)")
    #expect(comparison.compared == 42)
    let inspection = try Inspection(source(name))
    #expect(inspection.problem == nil)
    #expect(inspection.model?.configuration.head == .maskedLanguageModel)
  }

  @Test("A Longformer in its authors' names equals the one in Hugging Face's")
  func ai2() throws {
    let scratch = try Scratch()
    #expect(try ModelComparison(source("longformer"), source("ai2")).isEqual)
    for (place, name) in ["longformer", "ai2"].enumerated() {
      let options = LongformerOptions(attentionWindow: [], maxPositions: 40)
      let report = try Converter(
        .longformer(options), source: source(name), output: scratch("\(place)")
      ).run()
      #expect(report.configuration.attentionWindows == [4, 8])
      #expect(report.checks.map(\.name).contains("first-global"))
    }
    #expect(
      FileManager.default.contents(atPath: scratch("0/model.safetensors"))
        == FileManager.default.contents(atPath: scratch("1/model.safetensors")))
  }

  @Test("A Longformer is extended and shrunk, and proves it", arguments: [1, 7, 16, 17, 40])
  func lengths(positions: Int) throws {
    let scratch = try Scratch()
    for window in [2, 4, 30] {
      let options = LongformerOptions(attentionWindow: [window], maxPositions: positions)
      let report = try Converter(
        .longformer(options), source: source("longformer"), output: scratch("out\(window).lfz")
      ).run()
      #expect(report.configuration.longestInput == positions)
      #expect(report.checks.count == 5)
    }
  }

  @Test("A BERT becomes a Longformer and proves it")
  func bert() throws {
    let scratch = try Scratch()
    let options = LongformerOptions(attentionWindow: [8], maxPositions: 40)
    for output in ["out", "out.lfz"] {
      let report = try Converter(
        .longformer(options), source: source("bert"), output: scratch(output)
      ).run()
      #expect(report.checks.count == 6)
      #expect(report.configuration.positionCount == 41)
    }
  }
}
