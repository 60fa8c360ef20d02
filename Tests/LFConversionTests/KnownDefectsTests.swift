import Foundation
import LFCore
import LFFamilies
import LFModels
import TestSupport
import Testing

@testable import LFConversion

/// One test for each defect that public converters are known to have.
@Suite("Known defects of other converters")
struct KnownDefectsTests {
  private static let source = Repository.golden("pad-three-two-token-types") + "/source"

  /// A conversion into a Hugging Face folder, read by other means than ours.
  private func converted(
    _ source: String = source, positions: Int = 100, windows: [Int] = [4], in scratch: Scratch
  ) throws -> (weights: SafetensorsFile, configuration: [String: Any]) {
    let folder = scratch("out-\(UUID().uuidString)")
    let options = LongformerOptions(attentionWindow: windows, maxPositions: positions)
    _ = try Converter(.longformer(options), source: source, output: folder).run()
    let json = try JSONSerialization.jsonObject(
      with: Data(contentsOf: URL(fileURLWithPath: folder + "/config.json")))
    return (try SafetensorsFile(folder + "/model.safetensors"), json as? [String: Any] ?? [:])
  }

  private func rows(_ file: SafetensorsFile, _ prefix: String) throws -> [Data] {
    let name = prefix + "embeddings.position_embeddings.weight"
    let tensor = try #require(file.tensors.first { $0.name == name })
    let width = tensor.range.count / tensor.shape[0]
    return (0..<tensor.shape[0]).map { row in
      let start = tensor.range.lowerBound + row * width
      return Data(file.data[start..<start + width])
    }
  }

  @Test("Reserved rows are copied, not left uninitialised")
  func reservedRows() throws {
    let scratch = try Scratch()
    let old = try rows(SafetensorsFile(Self.source + "/model.safetensors"), "roberta.")
    let new = try rows(converted(in: scratch).weights, "longformer.")
    #expect(Array(new[0...3]) == Array(old[0...3]))
    #expect(old[0...3].allSatisfy { row in row.contains { $0 != 0 } })
  }

  @Test("Any number of positions fills every row", arguments: [1, 7, 45, 46, 47, 511, 513, 1000])
  func anyLength(positions: Int) throws {
    let scratch = try Scratch()
    let old = try rows(SafetensorsFile(Self.source + "/model.safetensors"), "roberta.")
    let new = try rows(converted(positions: positions, in: scratch).weights, "longformer.")
    #expect(new.count == positions + 4)
    #expect(new.allSatisfy { old.contains($0) })
  }

  @Test("Tokens beyond the source's longest input get the right positions, for any padding token")
  func positionsBeyond() throws {
    let scratch = try Scratch()
    for (name, pad) in [
      ("pad-three-two-token-types", 3), ("pad-zero", 0), ("roberta-masked-lm-three-windows", 1),
    ] {
      let source = Repository.golden(name) + "/source"
      let old = try rows(SafetensorsFile(source + "/model.safetensors"), "roberta.")
      let usable = old.count - pad - 1
      let new = try rows(
        converted(source, positions: usable * 2 + 3, windows: [4], in: scratch).weights,
        "longformer.")
      for token in 0..<usable * 2 + 3 {
        #expect(new[pad + 1 + token] == old[pad + 1 + token % usable])
      }
    }
  }

  @Test("Token types are carried, however many there are")
  func tokenTypes() throws {
    let scratch = try Scratch()
    let old = try SafetensorsFile(Self.source + "/model.safetensors")
    let (new, json) = try converted(in: scratch)
    let name = "embeddings.token_type_embeddings.weight"
    #expect(new["longformer." + name] == old["roberta." + name])
    #expect(json["type_vocab_size"] as? Int == 2)
  }

  @Test("The epsilon is the source's, not the class's default")
  func epsilon() throws {
    let scratch = try Scratch()
    #expect(try converted(in: scratch).configuration["layer_norm_eps"] as? Double == 1e-12)
    let other = Repository.golden("roberta-masked-lm-three-windows") + "/source"
    let (_, json) = try converted(other, in: scratch)
    #expect(json["layer_norm_eps"] as? Double == 1e-5)
  }

  @Test("Global projections are copies of their own, not shared")
  func globalCopies() throws {
    let scratch = try Scratch()
    let (file, _) = try converted(in: scratch)
    var copies = 0
    for tensor in file.tensors where tensor.name.contains("_global.") {
      let local = try #require(
        file.tensors.first {
          $0.name == tensor.name.replacingOccurrences(of: "_global.", with: ".")
        })
      #expect(file[tensor.name] == file[local.name])
      #expect(!tensor.range.overlaps(local.range))
      copies += 1
    }
    #expect(copies == 12)
  }

  @Test("The names are exactly those that the stock class saves")
  func stockNames() throws {
    let scratch = try Scratch()
    for name in ["pad-three-two-token-types", "roberta-bare-with-pooler"] {
      let (file, _) = try converted(Repository.golden(name) + "/source", in: scratch)
      let stock = try SafetensorsFile(Repository.golden(name) + "/longformer.safetensors")
      #expect(file.tensors.map(\.name) == stock.tensors.map(\.name))
      #expect(file.metadata == ["format": "pt"])
    }
  }

  @Test("A result that is wrong in one bit is not published")
  func verified() throws {
    let scratch = try Scratch()
    let opened = try OpenedModel.open(Self.source)
    let model = try opened.recognized()
    let plan = try ConversionPlan(
      longformerFrom: model, options: LongformerOptions(attentionWindow: [4], maxPositions: 50),
      untied: [])
    let output = scratch("out")
    var converter = Converter(
      .longformer(LongformerOptions(attentionWindow: [4], maxPositions: 50)), source: Self.source,
      output: output)
    converter.isChecked = false
    _ = try converter.run()
    let proof = { () throws -> [ConversionReport.Check] in
      try Proof(
        plan: plan, model: model, source: opened.source, written: OpenedModel.open(output),
        threads: 1
      ).run { _ in }
    }
    #expect(try proof().count == 6)
    let original = try SafetensorsFile(output + "/model.safetensors")
    for tensor in original.tensors {
      var changed = original
      changed.flip(tensor, byte: Int.random(in: 0..<tensor.range.count))
      try changed.save()
      let error = #expect(throws: LFError.self) { try proof() }
      #expect(error?.code == "check.bytes")
    }
  }
}
