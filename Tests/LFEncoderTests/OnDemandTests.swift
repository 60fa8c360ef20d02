import LFCore
import LFEncoder
import LFFamilies
import Synchronization
import TestSupport
import Testing

/// Models whose embedding tables and global projections are read when they are needed.
@Suite struct OnDemandTests {
  /// A table of three pieces of 131,072 elements.
  private static func model(_ type: ElementType = .f32) throws -> TinyModel {
    var shape = TinyModel.Shape()
    shape.vocabulary = 5000
    shape.hidden = 64
    shape.windows = [4, 6]
    shape.head = .maskedLanguageModel
    shape.elementType = type
    return try TinyModel(shape, seed: 71)
  }

  private static func inputs(_ ids: [Int], isGlobal: Bool = false) -> EncoderInputs {
    EncoderInputs(
      batch: 1, length: ids.count, inputIDs: ids,
      globalAttentionMask: ids.indices.map { isGlobal && $0 == 0 ? 1 : 0 })
  }

  @Test("only what a text needs is read, and once")
  func reads() throws {
    let model = try Self.model()
    let source = CountingSource(model.source)
    let encoder = try EncoderModel(
      configuration: model.configuration, source: source, residency: .onDemand, threads: 2)
    let words = "embeddings.word_embeddings.weight"
    #expect(source.bytes(of: words) == 0 && source.bytes(of: "position_embeddings") == 0)
    #expect(source.bytes(of: "_global.weight") == 0)
    let whole = ForwardOptions(head: false)
    // Rows 2,047 and 2,048 are the last of one piece and the first of the next.
    _ = try encoder.forward(Self.inputs([0, 7, 2047]), options: whole)
    #expect(source.bytes(of: words) == 131_072 * 4)
    _ = try encoder.forward(Self.inputs([9, 2048]), options: whole)
    _ = try encoder.forward(Self.inputs([0, 7, 2047]), options: whole)
    #expect(source.bytes(of: words) == 2 * 131_072 * 4)
    #expect(source.bytes(of: "_global.weight") == 0)
    let read = source.bytes(of: "position_embeddings")
    #expect(read > 0)
    for _ in 0..<2 {
      _ = try encoder.forward(Self.inputs([0, 4999], isGlobal: true))
      #expect(source.bytes(of: words) == 5000 * 64 * 4)
      #expect(source.bytes(of: "_global.weight") == 2 * 3 * 64 * 64 * 4)
    }
    #expect(source.bytes(of: "position_embeddings") == read)
  }

  @Test(
    "the bits are a resident model's, also when several ask at a time",
    arguments: [
      ElementType.f32, .bf16,
    ])
  func bits(_ type: ElementType) async throws {
    let model = try Self.model(type)
    let resident = try EncoderModel(
      configuration: model.configuration, source: model.source, threads: 1)
    let encoder = try EncoderModel(
      configuration: model.configuration, source: model.source, residency: .onDemand, threads: 2)
    var random = SeededGenerator(seed: 72)
    let texts = (0..<24).map { index in
      Self.inputs((0..<20).map { _ in random.number(0...4999) }, isGlobal: index % 3 == 2)
    }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for text in texts {
        group.addTask {
          let found = try encoder.forward(text)
          let expected = try resident.forward(text)
          #expect(found == expected)
        }
      }
      try await group.waitForAll()
    }
  }

  @Test("an error of the source reaches the text that needs the row, and no other")
  func errors() throws {
    let model = try Self.model()
    let source = CountingSource(
      model.source, refusing: "embeddings.word_embeddings.weight", from: 131_072 * 4)
    let encoder = try EncoderModel(
      configuration: model.configuration, source: source, residency: .onDemand, threads: 2)
    let whole = ForwardOptions(head: false)
    for _ in 0..<2 {
      #expect(
        failure { try encoder.forward(Self.inputs([0, 2048]), options: whole) }?.code == "test.read"
      )
      #expect(failure { try encoder.forward(Self.inputs([0, 2047]), options: whole) } == nil)
    }
  }

  @Test("under another attention, with global projections that were not read before")
  func attention() throws {
    let model = try Self.model()
    let inputs = Self.inputs(Array(10..<40), isGlobal: true)
    let name = try AttentionName("window:8+global:first")
    let expected = try EncoderModel(
      try EncoderModel(configuration: model.configuration, source: model.source, threads: 2),
      attention: name
    ).forward(inputs)
    let encoder = try EncoderModel(
      configuration: model.configuration, source: model.source, residency: .onDemand, threads: 2)
    #expect(try EncoderModel(encoder, attention: name).forward(inputs) == expected)
  }
}

/// Counts what is read, and can refuse a part of a tensor.
private final class CountingSource: TensorSource {
  private let source: MemorySource
  private let refused: (name: String, from: Int)?
  private let counts = Mutex<[String: Int]>([:])

  init(_ source: MemorySource, refusing name: String? = nil, from start: Int = 0) {
    self.source = source
    refused = name.map { ($0, start) }
  }

  var tensors: [TensorDescriptor] { source.tensors }

  func read(_ index: Int, at offset: Int, into buffer: inout MutableRawSpan) throws(LFError) {
    let name = tensors[index].name.text
    if let refused, refused.name == name, offset + buffer.byteCount > refused.from {
      throw .refused("test.read", expected: "another place", found: "this one")
    }
    let count = buffer.byteCount
    counts.withLock { $0[name, default: 0] += count }
    try source.read(index, at: offset, into: &buffer)
  }

  /// Bytes read so far of all tensors with this in their names.
  func bytes(of part: String) -> Int {
    counts.withLock { $0.filter { $0.key.contains(part) }.values.reduce(0, +) }
  }
}
