import Foundation
import LFContainer
import LFConversion
import LFCore
import LFFamilies
import LFFiles
import LFModels
import LFTools
import TestSupport
import Testing

@Suite("Conversion")
struct ConverterTests {
  /// Golden cases whose source is a RoBERTa or BERT with a head that Longformers
  /// have.
  private static let robertas = Repository.goldenNames.filter { name in
    guard let model = try? OpenedModel.open(Repository.golden(name) + "/source").recognized(),
      !model.configuration.isLongformer
    else { return false }
    do throws(LFError) {
      _ = try ConversionPlan(longformerFrom: model, options: LongformerOptions(), untied: [])
      return true
    } catch { return error.code != "model.head" }
  }

  @Test("Every RoBERTa among the goldens proves itself, in both containers", arguments: robertas)
  func proof(name: String) throws {
    let scratch = try Scratch()
    let options = LongformerOptions(attentionWindow: [6], maxPositions: 41)
    for output in ["a.lfz", "b"] {
      let report = try Converter(
        .longformer(options), source: Repository.golden(name) + "/source", output: scratch(output)
      ).run()
      #expect(report.checks.count == 6)
    }
    #expect(scratch.names == ["a.lfz", "b"])
    #expect(try ModelComparison(scratch("a.lfz"), scratch("b")).isEqual)
  }

  @Test("The number of positions may be anything", arguments: [1, 2, 29, 30, 31, 60, 61, 1000])
  func positions(count: Int) throws {
    let scratch = try Scratch()
    let options = LongformerOptions(attentionWindow: [4], maxPositions: count)
    let report = try Converter(
      .longformer(options),
      source: Repository.golden("roberta-masked-lm-three-windows") + "/source",
      output: scratch("a.lfz")
    ).run()
    #expect(report.configuration.longestInput == count)
  }

  @Test(
    "Other element types are rounded to nearest, ties to even",
    arguments: [ElementType.f16, .bf16, .f32, .f64])
  func elementTypes(type: ElementType) throws {
    let scratch = try Scratch()
    let source = Repository.golden("pad-zero") + "/source"
    var converter = Converter(
      .longformer(LongformerOptions(attentionWindow: [4], maxPositions: 20)), source: source,
      output: scratch("out"))
    converter.elementType = type
    let report = try converter.run()
    let isLossy = type.byteCount < 4
    #expect(report.checks.map(\.name).contains("rounding") == isLossy)
    #expect(report.checks.count == (isLossy ? 7 : 6))
    #expect(report.notes.contains { $0.contains("largest relative error") } == isLossy)
    let old = try SafetensorsFile(source + "/model.safetensors")
    let new = try SafetensorsFile(scratch("out/model.safetensors"))
    let name = "encoder.layer.0.intermediate.dense.weight"
    let before = try #require(old["roberta." + name])
    let after = try #require(new["longformer." + name])
    let size = type.byteCount
    #expect(after.count == before.count / 4 * size)
    for element in 0..<before.count / 4 {
      let value = Float(bitPattern: UInt32(bits(before, element, 4)))
      let expected: UInt64
      switch type {
      case .f16: expected = UInt64(Float16(value).bitPattern)
      case .f64: expected = Double(value).bitPattern
      case .f32: expected = UInt64(value.bitPattern)
      default:
        // The nearer of the two neighbours, found without bit tricks.
        let low = UInt64(value.bitPattern >> 16)
        let below = Float(bitPattern: UInt32(low) << 16)
        let above = Float(bitPattern: UInt32(low + 1) << 16)
        let down = abs(Double(value) - Double(below))
        let up = abs(Double(above) - Double(value))
        expected = down < up || (down == up && low % 2 == 0) ? low : low + 1
      }
      #expect(bits(after, element, size) == expected)
    }
  }

  @Test("A value that the new type cannot hold is refused")
  func overflow() throws {
    let scratch = try Scratch()
    let source = try scratch.copy(Repository.golden("pad-zero") + "/source", as: "source")
    var file = try SafetensorsFile(source + "/model.safetensors")
    let tensor = try #require(file.tensors.first { $0.name.hasSuffix("query.weight") })
    file.add(1e6, to: tensor, element: 3)
    try file.save()
    var converter = Converter(
      .longformer(LongformerOptions(attentionWindow: [4], maxPositions: 20)), source: source,
      output: scratch("out.lfz"))
    converter.elementType = .f16
    let error = #expect(throws: LFError.self) { try converter.run() }
    #expect(error?.code == "convert.overflow")
    #expect(scratch.names == ["source"])
    converter.allowsNonfinite = true
    converter.isChecked = false
    #expect(try converter.run().notes.contains { $0.contains("became infinite") })
  }

  @Test("Weights beyond the limit are sharded, and index and parts agree")
  func shards() throws {
    let scratch = try Scratch()
    var converter = Converter(
      .longformer(LongformerOptions(attentionWindow: [4], maxPositions: 20)),
      source: Repository.golden("pad-zero") + "/source", output: scratch("whole"))
    _ = try converter.run()
    converter.output = scratch("sharded")
    converter.shardByteCount = 20_000
    #expect(try converter.run().checks.count == 6)
    let names = try FileManager.default.contentsOfDirectory(atPath: scratch("sharded"))
    let parts = names.filter { $0.hasSuffix(".safetensors") }.sorted()
    #expect(parts.count > 2 && names.contains("model.safetensors.index.json"))
    #expect(parts.first == "model-00001-of-0000\(parts.count).safetensors")
    let index = try JSONSerialization.jsonObject(
      with: Data(contentsOf: URL(fileURLWithPath: scratch("sharded/model.safetensors.index.json"))))
    let map = try #require((index as? [String: Any])?["weight_map"] as? [String: String])
    var placed = 0
    for part in parts {
      let file = try SafetensorsFile(scratch("sharded/" + part))
      #expect(file.tensors.reduce(0) { $0 + $1.range.count } <= 20_000 || file.tensors.count == 1)
      for tensor in file.tensors { #expect(map[tensor.name] == part) }
      placed += file.tensors.count
    }
    #expect(placed == map.count)
    #expect(try ModelComparison(scratch("whole"), scratch("sharded")).isEqual)
  }

  @Test("Weights that are no numbers are refused, unless they are asked for")
  func nonfinite() throws {
    let scratch = try Scratch()
    let source = try scratch.copy(Repository.golden("pad-zero") + "/source", as: "source")
    var file = try SafetensorsFile(source + "/model.safetensors")
    let tensor = try #require(file.tensors.first { $0.name.hasSuffix("word_embeddings.weight") })
    file.add(.nan, to: tensor, element: 5)
    try file.save()
    var converter = Converter(
      .longformer(LongformerOptions(attentionWindow: [4], maxPositions: 20)), source: source,
      output: scratch("out.lfz"), threads: 2)
    let error = #expect(throws: LFError.self) { try converter.run() }
    #expect(error?.code == "weights.nonfinite")
    #expect(error?.location.entry?.hasSuffix("word_embeddings.weight") == true)
    #expect(scratch.names == ["source"])
    converter.allowsNonfinite = true
    converter.isChecked = false
    _ = try converter.run()
    #expect(scratch.names == ["out.lfz", "source"])
  }

  @Test(
    "A NaN in any tensor is found, whatever is written",
    arguments: [
      ("out.lfz", nil, false), ("out", nil, false), ("out.lfz", .bf16, false), ("out", nil, true),
    ]
      as [(String, ElementType?, Bool)])
  func nonfiniteAnywhere(output: String, type: ElementType?, isDryRun: Bool) throws {
    let scratch = try Scratch()
    let source = try scratch.copy(Repository.golden("pad-zero") + "/source", as: "source")
    let whole = try SafetensorsFile(source + "/model.safetensors")
    var converter = Converter(
      .longformer(LongformerOptions(attentionWindow: [4], maxPositions: 20)), source: source,
      output: scratch(output), threads: 2)
    converter.elementType = type
    converter.isDryRun = isDryRun
    for tensor in whole.tensors {
      var file = whole
      file.add(.nan, to: tensor, element: tensor.range.count / 4 - 1)
      try file.save()
      let error = #expect(throws: LFError.self, "\(tensor.name)") { try converter.run() }
      #expect(error?.code == "weights.nonfinite")
      #expect(error?.location.entry == tensor.name)
      #expect(error?.location.file == source)
      #expect(scratch.names == ["source"])
    }
  }

  @Test("The digests of the source's files are kept with the container, on request")
  func digests() throws {
    let scratch = try Scratch()
    let source = Repository.golden("pad-zero") + "/source"
    var converter = Converter(.sameArchitecture, source: source, output: scratch("a.lfz"))
    #expect(try converter.run().sourceFiles.map(\.sha256) == [nil])
    let digest = try InputFile(source + "/model.safetensors").sha256()
    converter.recordsSHA256 = true
    converter.output = scratch("b.lfz")
    let report = try converter.run()
    #expect(report.sourceFiles.map(\.name) == ["model.safetensors"])
    #expect(report.sourceFiles.map(\.sha256) == [digest])
    let made = try #require(try OpenedModel.open(scratch("b.lfz")).container?.provenance)
    #expect(made.sources == report.sourceFiles)
    let text = digest.map { String(format: "%02x", $0) }.joined()
    #expect(try Inspection(scratch("b.lfz")).provenance.contains { $0.value.hasSuffix(text) })
  }

  @Test("A decoder that is not what it should be tied to is kept, and so is its bias")
  func untiedDecoder() throws {
    let scratch = try Scratch()
    let source = try scratch.copy(Repository.golden("pytorch-bin-zip") + "/source", as: "source")
    // The same model as safetensors, with a decoder of its own.
    _ = try Converter(.sameArchitecture, source: source, output: scratch("tied")).run()
    var tied = try SafetensorsFile(scratch("tied/model.safetensors"))
    let decoder = try #require(tied.tensors.first { $0.name == "lm_head.decoder.weight" })
    let options = Converter.Operation.longformer(
      LongformerOptions(attentionWindow: [4], maxPositions: 20))
    _ = try Converter(options, source: scratch("tied"), output: scratch("dropped")).run()
    let names = try SafetensorsFile(scratch("dropped/model.safetensors")).tensors.map(\.name)
    #expect(!names.contains { $0.contains("decoder") })
    tied.add(1, to: decoder, element: 0)
    try tied.save()
    let report = try Converter(options, source: scratch("tied"), output: scratch("kept")).run()
    #expect(report.notes.contains { $0.contains("lm_head.decoder.weight") })
    let kept = try SafetensorsFile(scratch("kept/model.safetensors"))
    #expect(kept["lm_head.decoder.weight"] == tied["lm_head.decoder.weight"])
    #expect(kept["lm_head.decoder.bias"] == tied["lm_head.bias"])
    try expectNote(onConverting: scratch("tied"), in: scratch)
  }

  /// The same model in another container says so too, as long as its
  /// configuration claims the tie, and keeps both.
  private func expectNote(onConverting source: String, in scratch: Scratch) throws {
    let path = source + "/config.json"
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let weights = FileManager.default.contents(atPath: source + "/model.safetensors")
    for (output, isTied) in [("a.lfz", true), ("b", true), ("c.lfz", false)] {
      let tie = "\"tie_word_embeddings\": "
      try text.replacing(tie + "true", with: tie + (isTied ? "true" : "false"))
        .write(toFile: path, atomically: true, encoding: .utf8)
      let report = try Converter(
        .sameArchitecture, source: source, output: scratch(output)
      ).run()
      let notes = report.notes.filter { $0.contains("lm_head.decoder.weight differs") }
      #expect(notes.count == (isTied ? 1 : 0))
      _ = try Converter(
        .sameArchitecture, source: scratch(output), output: scratch(output + "-again")
      ).run()
      let again = FileManager.default.contents(atPath: scratch(output + "-again/model.safetensors"))
      #expect(again == weights)
    }
  }

  private func bits(_ data: Data, _ element: Int, _ size: Int) -> UInt64 {
    data[element * size..<(element + 1) * size].reversed()
      .reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
  }
}
