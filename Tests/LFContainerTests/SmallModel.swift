import LFCore
import LFFiles
import TestSupport

@testable import LFContainer

/// A small container in which every construct of the format occurs.
struct SmallModel: Sendable {
  /// One for all tests: it is only read.
  static let shared = Result { try SmallModel() }

  let scratch: Scratch
  let source: MemorySource
  let bytes: [UInt8]
  let reader: LFZReader

  /// Chunks: 0 planes of float32, 1 and 2 raw, 3 zstd; one chunk a blob.
  init() throws {
    scratch = try Scratch()
    var source = MemorySource()
    var random = SeededGenerator(41)
    // Low mantissa bytes of one value: raw, coded and constant planes at once.
    let weights = random.weights(1024).map { Float(bitPattern: $0.bitPattern & 0xffff_ff00) }
    try source.add("weights", .f32, weights.float32Bytes, shape: [64, 16])
    try source.add("bias", .f32, random.weights(4).float32Bytes)
    let parts = { (index: Int, end: Int) in
      ComposedTensor.Part(.source(index: index, range: 0..<end))
    }
    let tensors = [
      try source.composed("weights", .f32, [64, 16], [parts(0, 4096)]),
      try source.composed("tied", .f32, [64, 16], [parts(0, 4096)], tiedTo: "weights"),
      try source.composed(
        "tiled", .f32, [10], [.init(.source(index: 1, range: 0..<16), repeats: 2), parts(1, 8)]),
      try source.composed("empty", .i64, [0], []),
    ]
    let files = [
      CarriedFile(name: "config.json", bytes: [UInt8]("{}".utf8)),
      CarriedFile(name: "vocab/v.txt", bytes: (0..<5000).map { UInt8($0 / 50) }),
    ]
    reader = try scratch.container(
      tensors, from: source, files: files,
      provenance: .init(
        tool: "test", parameters: [.init("key", "value")],
        sources: [.init(name: "s", byteCount: 9, sha256: [UInt8](repeating: 7, count: 32))]))
    bytes = try scratch.bytes()
    self.source = source
  }

  /// The container taken apart.
  var crafted: CraftedContainer { CraftedContainer(bytes, reader) }

  /// Opens bytes and reads everything; the first error, if there is one.
  func failure(_ bytes: [UInt8], limits: Limits = .standard) throws -> LFError? {
    do {
      let reader = try scratch.open(bytes, limits: limits)
      try reader.check(threads: 1)
      return nil
    } catch let error as LFError {
      return error
    }
  }
}
