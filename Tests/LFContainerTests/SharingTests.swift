import LFCore
import LFFiles
import TestSupport
import Testing

@testable import LFContainer

/// What is stored once, and what is said about it.
struct SharingTests {
  /// Rows of a small position table, 8 float32 values each.
  private let row = 32

  private func positions() throws -> MemorySource {
    var source = MemorySource()
    var random = SeededGenerator(3)
    try source.add("positions", .f32, random.weights(12 * 8).float32Bytes, shape: [12, 8])
    return source
  }

  @Test func aTiledTableIsStoredOnce() throws {
    let scratch = try Scratch()
    let source = try positions()
    // 2 reserved rows, then 10 rows 3 times, then the first 4 of them.
    let tensor = try source.composed(
      "table", .f32, [36, 8],
      [
        .init(.source(index: 0, range: 0..<2 * row)),
        .init(.source(index: 0, range: 2 * row..<12 * row), repeats: 3),
        .init(.source(index: 0, range: 2 * row..<6 * row)),
      ])
    let reader = try scratch.container([tensor], from: source)
    try reader.check()
    #expect(reader.index.blobs.map(\.byteCount) == [2 * row, 10 * row])
    #expect(reader.index.tensors[0].parts.map(\.blob) == [0, 1, 1])
    #expect(reader.index.tensors[0].parts.map(\.isWhole) == [true, true, false])
    let expected = try ComposedSource(base: source, composed: [tensor]).bytes(0)
    #expect(try reader.bytes(0) == expected)
    #expect(try reader.loadAll(threads: 2).bytes(0) == expected)
    for start in stride(from: 0, to: expected.count, by: 13) {
      let end = min(expected.count, start + 100)
      #expect(try reader.bytes(0, range: start..<end) == Array(expected[start..<end]))
    }
    let storage = reader.storage
    #expect(storage.rawBytes == 36 * row)
    #expect(storage.savedByTiling == 24 * row)
    #expect(storage.savedByTies == 0 && storage.savedByEquality == 0)
    // Written again from what the container says about itself.
    let again = try scratch.container(
      reader.composedTensors(), from: reader, name: "again.lfz")
    #expect(try again.bytes(0) == expected)
    #expect(try scratch.bytes("again.lfz") == scratch.bytes())
  }

  @Test func manyRepetitionsTakeNoTime() throws {
    let scratch = try Scratch()
    var source = MemorySource()
    try source.add("bytes", .u8, [7, 8, 9])
    let count = 1_000_000
    let tensor = try source.composed(
      "many", .u8, [3 * count + 2],
      [
        .init(.source(index: 0, range: 0..<3), repeats: count),
        .init(.source(index: 0, range: 0..<1), repeats: 2),
      ])
    let reader = try scratch.container([tensor], from: source)
    let clock = ContinuousClock()
    let time = try clock.measure {
      let bytes = try reader.bytes(0)
      #expect(bytes.count == 3 * count + 2)
      #expect(Array(bytes[..<4]) == [7, 8, 9, 7])
      #expect(Array(bytes[(3 * count - 2)...]) == [8, 9, 7, 7])
      let same = try reader.loadAll(threads: 2).bytes(0) == bytes
      #expect(same)
      #expect(try reader.bytes(0, range: 31..<39) == [8, 9, 7, 8, 9, 7, 8, 9])
    }
    #expect(time < .seconds(10))
  }

  @Test func aPrefixMayComeBeforeItsWhole() throws {
    let scratch = try Scratch()
    let source = try positions()
    let short = try source.composed(
      "short", .f32, [3, 8], [.init(.source(index: 0, range: 0..<3 * row))])
    let long = try source.composed(
      "long", .f32, [12, 8], [.init(.source(index: 0, range: 0..<12 * row))])
    let reader = try scratch.container([short, long], from: source)
    #expect(reader.index.blobs.count == 1)
    #expect(try reader.bytes(0) == Array(source.values[0][..<(3 * row)]))
    #expect(try reader.bytes(1) == source.values[0])
    let arena = try reader.loadAll(threads: 1)
    #expect(try arena.bytes(0) == reader.bytes(0))
    #expect(try arena.bytes(1) == reader.bytes(1))
    #expect(reader.storage.savedByEquality == 3 * row)
    #expect(reader.storage.idleBytes == 0)
  }

  @Test func zerosAreStoredOnce() throws {
    let scratch = try Scratch()
    var source = try positions()
    try source.add("bias", .f32, [UInt8](repeating: 0, count: 64))
    let tensors = [
      try source.composed("a", .f32, [4], [.init(.zeros(16))]),
      try source.composed("b", .f32, [16], [.init(.zeros(64))]),
      try source.composed("bias", .f32, [16], [.init(.source(index: 1, range: 0..<64))]),
      try source.composed("c", .f32, [6], [.init(.zeros(8), repeats: 3)]),
    ]
    let reader = try scratch.container(tensors, from: source)
    try reader.check()
    #expect(reader.index.blobs.count == 1)
    for index in 0..<4 { #expect(try reader.bytes(index).allSatisfy { $0 == 0 }) }
  }

  @Test func equalTensorsAreStoredOnce() throws {
    let scratch = try Scratch()
    var random = SeededGenerator(9)
    var source = MemorySource()
    let weights = random.weights(20_000).float32Bytes
    var almost = weights
    almost[40_000] ^= 1  // in the middle, where no sample looks
    try source.add("a", .f32, weights)
    try source.add("b", .f32, almost)
    try source.add("c", .f32, weights)
    try source.add("d", .f32, almost)
    try source.add("e", .i32, weights)  // equal bytes of another type
    let reader = try scratch.container(source.copies(), from: source)
    try reader.check()
    #expect(reader.index.blobs.count == 2)
    for index in 0..<5 { #expect(try reader.bytes(index) == source.values[index]) }
    let storage = reader.storage
    #expect(storage.savedByEquality == 3 * weights.count)
    #expect(storage.tensors.map(\.sharedWith) == [nil, nil, "a", "b", "a"])
    #expect(storage.tensors[2].storedBytes == 0)
    let arena = try reader.loadAll(threads: 2)
    #expect(arena.byteCount < 2 * weights.count + 128)
  }

  @Test func tiesAreKeptApartFromChance() throws {
    let scratch = try Scratch()
    let source = try positions()
    let range = 0..<12 * row
    let whole = [ComposedTensor.Part(.source(index: 0, range: range))]
    let reader = try scratch.container(
      [
        try source.composed("decoder", .f32, [12, 8], whole, tiedTo: "words"),
        try source.composed("words", .f32, [12, 8], whole),
        try source.composed("chain", .f32, [12, 8], whole, tiedTo: "decoder"),
        try source.composed("chance", .f32, [12, 8], whole),
      ], from: source)
    #expect(reader.index.tensors.map(\.tiedTo) == ["words", nil, "words", nil])
    let storage = reader.storage
    #expect(storage.tensors.map(\.tiedTo) == ["words", nil, "words", nil])
    #expect(storage.savedByTies == 12 * row)
    #expect(storage.savedByEquality == 2 * 12 * row)
    #expect(storage.tensors.map(\.sharedWith) == [nil, "decoder", "decoder", "decoder"])
  }

  @Test func tiesThatDoNotHoldAreDropped() throws {
    let scratch = try Scratch()
    var source = try positions()
    try source.add("other", .f32, SeededGenerator.noise(12 * row), shape: [12, 8])
    let first = ComposedTensor.Part(.source(index: 0, range: 0..<12 * row))
    let second = ComposedTensor.Part(.source(index: 1, range: 0..<12 * row))
    let output = try OutputFile(scratch.path + "/t.lfz", overwrite: false)
    let summary = try LFZWriter.write(
      tensors: [
        try source.composed("words", .f32, [12, 8], [first]),
        try source.composed("decoder", .f32, [12, 8], [second], tiedTo: "words"),
        try source.composed("lost", .f32, [12, 8], [first], tiedTo: "nothing"),
        try source.composed("self", .f32, [12, 8], [first], tiedTo: "self"),
        try source.composed("flat", .f32, [96], [first], tiedTo: "words"),
      ], from: source, provenance: .init(tool: "test"), threads: 1, to: output)
    #expect(summary.brokenTies == ["decoder", "lost", "self", "flat"])
    let reader = try LFZReader(InputFile(output.temporaryPath))
    #expect(reader.index.tensors.allSatisfy { $0.tiedTo == nil })
  }

  @Test func theReportAddsUp() throws {
    let scratch = try Scratch()
    var source = try positions()
    var random = SeededGenerator(17)
    try source.add("embeddings.words", .f32, random.weights(200_000).float32Bytes)
    try source.add("layer.0.weight", .bf16, random.weights(9000).bfloat16Bytes)
    try source.add("layer.1.weight", .bf16, source.values[2])
    let reader = try scratch.container(
      source.copies() + [
        source.composed(
          "tiled", .f32, [40, 8], [.init(.source(index: 0, range: 0..<10 * row), repeats: 4)])
      ], from: source, files: [CarriedFile(name: "f", bytes: random.bytes(10_000))])
    let report = reader.storage
    #expect(report.fileBytes == (try scratch.bytes().count))
    #expect(
      report.fileBytes == report.headerBytes + report.storedBytes + report.paddingBytes
        + report.tableBytes + report.indexBytes)
    #expect(
      report.rawBytes + report.idleBytes == report.storedBytes + report.savedByTiling
        + report.savedByTies + report.savedByEquality + report.savedByCoding)
    #expect(report.savedByCoding > 100_000)
    #expect(report.savedByTiling == 30 * row)
    let groups = report.groups { $0.hasPrefix("layer.") ? "layers" : "rest" }
    #expect(groups.map(\.name) == ["rest", "layers"])
    #expect(groups.map(\.tensors) == [3, 2])
    #expect(groups[1].rawBytes == 36_000)
    #expect(groups.reduce(0) { $0 + $1.storedBytes } < 200_000 * 4)
  }
}

extension SeededGenerator {
  /// Bytes without any structure, always the same.
  static func noise(_ count: Int) -> [UInt8] {
    var random = SeededGenerator(99)
    return random.bytes(count)
  }
}
