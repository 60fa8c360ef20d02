import LFCore
import TestSupport
import Testing

@testable import LFContainer

@Suite("Sources keep the contract")
struct SourceContractTests {
  /// Whole tensors, tiled ones, and one of several chunks.
  private func source() throws -> (MemorySource, [ComposedTensor], [[UInt8]]) {
    var source = try MemorySource.everyElementType()
    var random = SeededGenerator(7)
    try source.add("large", .f32, random.weights(150_000).float32Bytes)
    var tensors = try source.copies()
    let large = source.tensors.count - 1
    tensors.append(
      try source.composed(
        "tiled", .f32, [30_006],
        [
          .init(.source(index: large, range: 0..<12)), .init(.zeros(12)),
          .init(.source(index: large, range: 12..<40_012), repeats: 3),
        ]))
    let bytes = source.values[large]
    let tiled = Array(bytes[..<12]) + [UInt8](repeating: 0, count: 12)
    let unit = Array(bytes[12..<40_012])
    return (source, tensors, source.values + [tiled + unit + unit + unit])
  }

  @Test(arguments: LFZCompression.allCases)
  func readerAndArena(compression: LFZCompression) throws {
    let scratch = try Scratch()
    let (source, tensors, expected) = try source()
    let reader = try scratch.container(tensors, from: source, compression: compression)
    #expect(SourceContract.violations(reader, expected: expected) == [])
    let arena = try reader.loadAll(threads: 2)
    #expect(SourceContract.violations(arena, expected: expected) == [])
    let composed = ComposedSource(base: reader, composed: try reader.composedTensors())
    #expect(SourceContract.violations(composed, expected: expected) == [])
  }
}
