import Foundation
import LFConversion
import LFCore
import LFFamilies
import LFTools
import TestSupport
import Testing

@Suite("Comparison of models")
struct ModelComparisonTests {
  private static let source = Repository.golden("pad-zero") + "/source"

  @Test("A model equals itself in every container")
  func equal() throws {
    let scratch = try Scratch()
    for name in ["pad-zero", "fairseq-legacy-pickle", "pytorch-bin-zip"] {
      let source = Repository.golden(name) + "/source"
      for output in ["a.lfz", "b"] {
        _ = try Converter(.sameArchitecture, source: source, output: scratch(name + output)).run()
        let comparison = try ModelComparison(source, scratch(name + output))
        #expect(comparison.isEqual)
        #expect(comparison.compared > 30)
      }
    }
  }

  @Test("A difference is measured in value, in units in the last place and as an angle")
  func differing() throws {
    let scratch = try Scratch()
    let copy = try scratch.copy(Self.source, as: "copy")
    var file = try SafetensorsFile(copy + "/model.safetensors")
    let tensor = try #require(file.tensors.first { $0.name.hasSuffix("layer.0.output.dense.bias") })
    let old = file.data[tensor.range.lowerBound..<tensor.range.lowerBound + 4]
    let value = Float(bitPattern: old.reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) })
    let next = value.nextUp.nextUp.nextUp
    for index in 0..<4 {
      file.data[tensor.range.lowerBound + index] = UInt8(
        truncatingIfNeeded: next.bitPattern >> (8 * UInt32(index)))
    }
    try file.save()
    let comparison = try ModelComparison(Self.source, copy)
    let distance = try #require(comparison.differing.first)
    #expect(comparison.differing.count == 1 && !comparison.isEqual)
    #expect(distance.name == "encoder.layer.0.output.dense.bias")
    #expect(distance.maxULP == 3)
    #expect(distance.maxAbsolute == abs(Double(next) - Double(value)))
    #expect(try #require(distance.cosine) > 0.999999)
  }

  @Test("Units in the last place are counted across zero")
  func acrossZero() throws {
    let scratch = try Scratch()
    let copy = try scratch.copy(Self.source, as: "copy")
    let other = try scratch.copy(Self.source, as: "other")
    for (folder, bits) in [(copy, UInt32(1)), (other, 0x8000_0001)] {
      var file = try SafetensorsFile(folder + "/model.safetensors")
      let tensor = try #require(file.tensors.first { $0.name.hasSuffix("lm_head.bias") })
      for index in 0..<4 {
        file.data[tensor.range.lowerBound + index] = UInt8(
          truncatingIfNeeded: bits >> (8 * UInt32(index)))
      }
      try file.save()
    }
    #expect(try ModelComparison(copy, other).differing.first?.maxULP == 2)
  }

  @Test("Models of other sizes and families differ by name and shape")
  func others() throws {
    let comparison = try ModelComparison(
      Self.source, Repository.golden("roberta-masked-lm-three-windows") + "/source")
    #expect(!comparison.isEqual)
    #expect(comparison.onlyInFirst.isEmpty && comparison.onlyInSecond.count == 16)
    #expect(comparison.differing.contains { $0.kind == .shapes && $0.maxAbsolute == nil })
    let scratch = try Scratch()
    let options = LongformerOptions(attentionWindow: [4], maxPositions: 20)
    _ = try Converter(.longformer(options), source: Self.source, output: scratch("a.lfz")).run()
    #expect(try !ModelComparison(Self.source, scratch("a.lfz")).isEqual)
  }
}
