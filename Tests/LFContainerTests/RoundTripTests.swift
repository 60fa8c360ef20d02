import LFCore
import LFFiles
import TestSupport
import Testing

@testable import LFContainer

/// What is written comes back, byte by byte.
struct RoundTripTests {
  /// Contents that a codec could get wrong.
  static let patterns: [String] = [
    "noise", "zeros", "constant", "weights", "special", "half", "counting",
  ]

  static func bytes(_ pattern: String, count: Int) -> [UInt8] {
    var random = SeededGenerator(UInt64(count) &+ 7)
    var words = [UInt32](repeating: 0, count: count / 4 + 2)
    switch pattern {
    case "noise": return random.bytes(count)
    case "weights": return Array(random.weights(count / 4 + 1).memory.prefix(count))
    case "half":
      // float32 whose 13 lowest bits are zero, as from a float16 checkpoint.
      let values = random.weights(words.count)
      for index in words.indices { words[index] = values[index].bitPattern & ~0x1fff }
    case "special":
      // NaN with payloads, signalling too; infinities; both zeros; denormals.
      let values: [UInt32] = [
        0x7fc0_0001, 0xffc0_1234, 0x7f80_0001, 0xff80_0000, 0x7f80_0000, 0x8000_0000, 0,
        0x0000_0001, 0x807f_ffff, 0x0080_0000, 0x7f7f_ffff,
      ]
      for index in words.indices { words[index] = values[index % 11] ^ UInt32(index / 97 % 4) }
    case "constant":
      for index in words.indices { words[index] = 0xff00_803f }
    case "counting":
      for index in words.indices { words[index] = index % 2 == 0 ? UInt32(index / 2) : 0 }
    default: break
    }
    return Array(words.memory.prefix(count))
  }

  @Test(arguments: ElementType.allCases, LFZCompression.allCases)
  func everyElementType(type: ElementType, compression: LFZCompression) throws {
    let scratch = try Scratch()
    var source = MemorySource()
    for pattern in Self.patterns {
      for count in [1, 15, 16, 17, 1023, 5000] {
        try source.add(
          "\(pattern).\(count)", type,
          Self.bytes(pattern, count: count * type.byteCount))
      }
    }
    let reader = try scratch.container(
      source.copies(), from: source, compression: compression)
    try reader.check(threads: 2)
    let arena = try reader.loadAll(threads: 2)
    #expect(reader.tensors == source.tensors)
    for index in source.tensors.indices {
      #expect(try reader.bytes(index) == source.values[index])
      #expect(try arena.bytes(index) == source.values[index])
    }
  }

  @Test(arguments: [ElementType.f32, .bf16, .f16, .f64, .u8])
  func severalChunks(type: ElementType) throws {
    let scratch = try Scratch()
    var source = MemorySource()
    for count in [131_071, 131_072, 131_073, 270_000] {
      try source.add(
        "t\(count)", type, Self.bytes("weights", count: count * type.byteCount))
    }
    let reader = try scratch.container(source.copies(), from: source)
    try reader.check(threads: 2)
    let arena = try reader.loadAll(threads: 2)
    var random = SeededGenerator(5)
    for index in source.tensors.indices {
      let whole = try reader.bytes(index)
      #expect(whole == source.values[index])
      #expect(try arena.bytes(index) == whole)
      for _ in 0..<30 {
        let start = Int.random(in: 0..<whole.count, using: &random)
        let end = min(whole.count, start + Int.random(in: 0...700_000, using: &random))
        #expect(try reader.bytes(index, range: start..<end) == Array(whole[start..<end]))
      }
    }
  }

  @Test func emptyTensorsAndScalars() throws {
    let scratch = try Scratch()
    var source = MemorySource()
    try source.add("empty", .f32, [], shape: [0, 768])
    try source.add("scalar", .f64, [1, 2, 3, 4, 5, 6, 7, 8], shape: [])
    try source.add("deep", .i8, [9], shape: [1, 1, 1, 1, 1, 1, 1, 1])
    try source.add("alsoEmpty", .bool, [], shape: [3, 0])
    let reader = try scratch.container(source.copies(), from: source)
    try reader.check()
    #expect(reader.tensors == source.tensors)
    for index in source.tensors.indices {
      #expect(try reader.bytes(index) == source.values[index])
    }
    #expect(try reader.loadAll(threads: 1).bytes(1) == [1, 2, 3, 4, 5, 6, 7, 8])
  }

  @Test func nothingAtAll() throws {
    let scratch = try Scratch()
    let reader = try scratch.container([], from: MemorySource())
    try reader.check()
    #expect(reader.tensors.isEmpty)
    #expect(try reader.loadAll(threads: 2).byteCount == 0)
  }

  @Test func namesAreBytes() throws {
    let scratch = try Scratch()
    var source = MemorySource()
    try source.add("caf\u{e9}", .u8, [1])
    try source.add("cafe\u{301}", .u8, [2])
    try source.add(String(repeating: "n", count: 512), .u8, [3])
    let reader = try scratch.container(source.copies(), from: source)
    #expect(reader.tensors.map(\.name) == source.tensors.map(\.name))
    #expect(try reader.bytes(0) == [1])
    #expect(try reader.bytes(1) == [2])
  }

  @Test func filesAndProvenance() throws {
    let scratch = try Scratch()
    let text = [UInt8]("{\"a\": 1}\n".utf8)
    let vocabulary = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 / 7) }
    let provenance = LFZProvenance(
      tool: "lfconv 1.0.0",
      parameters: [.init("attention_window", "512"), .init("empty", "")],
      sources: [
        .init(name: "model.safetensors", byteCount: 498_813_948),
        .init(name: "é", byteCount: 0, sha256: [UInt8](0..<32)),
      ])
    let reader = try scratch.container(
      [], from: MemorySource(),
      files: [
        CarriedFile(name: "config.json", bytes: text), CarriedFile(name: "empty", bytes: []),
        CarriedFile(name: "1_Pooling/vocab.txt", bytes: vocabulary),
        CarriedFile(name: "copy.json", bytes: text),
      ], provenance: provenance)
    try reader.check()
    #expect(reader.provenance == provenance)
    #expect(reader.provenance.parameter("attention_window") == "512")
    #expect(
      reader.files.map(\.name) == ["config.json", "empty", "1_Pooling/vocab.txt", "copy.json"])
    #expect(reader.files.map(\.byteCount) == [text.count, 0, vocabulary.count, text.count])
    #expect(try reader.files[0].contents() == text)
    #expect(try reader.files[1].contents() == [])
    #expect(try reader.files[2].contents() == vocabulary)
    #expect(try reader.files[3].contents() == text)
    #expect(reader.storage.savedByEquality == text.count)
    #expect(reader.storage.files[2].storedBytes < vocabulary.count / 2)
  }

  @Test func uncodedTensorsAreContiguous() throws {
    let scratch = try Scratch()
    var source = MemorySource()
    var random = SeededGenerator(1)
    try source.add("a", .u8, random.bytes(5))
    try source.add("b", .f32, random.weights(300_000).float32Bytes)
    _ = try scratch.container(source.copies(), from: source, compression: .none)
    let file = try scratch.bytes()
    #expect(Array(file[64..<69]) == source.values[0])
    #expect(Array(file[128..<128 + 1_200_000]) == source.values[1])
  }
}
