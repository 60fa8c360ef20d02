import LFCore
import TestSupport
import Testing

@testable import LFContainer

/// Every malformed container is refused, for the right reason.
struct MalformedTests {
  @Test func theModelIsSound() throws {
    let model = try SmallModel.shared.get()
    #expect(model.reader.table.records.map(\.codec) == [.planes, .raw, .raw, .zstd])
    let same = model.crafted.bytes == model.bytes
    #expect(same)
    #expect(try model.failure(model.bytes) == nil)
  }

  @Test(arguments: Mutation.all)
  func mutation(_ mutation: Mutation) throws {
    let model = try SmallModel.shared.get()
    var crafted = model.crafted
    mutation.apply(&crafted)
    let changed = crafted.bytes != model.bytes
    #expect(changed)
    let error = try model.failure(crafted.bytes)
    #expect(error?.code == mutation.code)
    #expect(error?.kind == mutation.kind)
    #expect(error?.location.file != nil)
  }

  @Test func mutationsHaveNamesOfTheirOwn() {
    #expect(Set(Mutation.all.map(\.name)).count == Mutation.all.count)
  }

  @Test func everyTruncationIsRefused() throws {
    let model = try SmallModel.shared.get()
    for count in 0..<model.bytes.count {
      let error = try model.failure(Array(model.bytes[..<count]))
      #expect(error?.code == "lfz.truncated", "cut to \(count) bytes")
    }
  }

  @Test func everyFlippedBitIsNoticed() throws {
    let model = try SmallModel.shared.get()
    var bytes = model.bytes
    for index in bytes.indices {
      // All bits of what describes the content, one of each byte of content.
      let inChunk = model.reader.table.records.contains {
        index >= $0.offset && index < $0.offset + $0.storedCount
      }
      for bit in inChunk ? index % 8..<index % 8 + 1 : 0..<8 {
        bytes[index] ^= 1 << UInt8(bit)
        let error = try model.failure(bytes)
        #expect(error?.kind == .refused, "byte \(index), bit \(bit)")
        bytes[index] ^= 1 << UInt8(bit)
      }
    }
  }

  /// Noise under right checksums: anything may be said, but nothing may trap.
  @Test func resealedNoiseDoesNotTrap() throws {
    let model = try SmallModel.shared.get()
    var random = SeededGenerator(57)
    for _ in 0..<2000 {
      var crafted = model.crafted
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        switch Int.random(in: 0..<3, using: &random) {
        case 0:
          let chunk = Int.random(in: 0..<crafted.chunks.count, using: &random)
          let place = Int.random(in: 0..<crafted.chunks[chunk].bytes.count, using: &random)
          crafted.chunks[chunk].bytes[place] = UInt8.random(in: 0...255, using: &random)
        default:
          var bytes = crafted.indexBytes ?? crafted.index.encoded
          let place = Int.random(in: 0..<bytes.count, using: &random)
          bytes[place] = UInt8.random(in: 0...255, using: &random)
          crafted.indexBytes = bytes
        }
      }
      guard let reader = try? model.scratch.open(crafted.bytes) else { continue }
      for index in reader.tensors.indices { _ = try? reader.bytes(index) }
      for file in reader.files { _ = try? file.contents() }
      _ = try? reader.loadAll(threads: 1)
      _ = reader.storage
      _ = try? reader.composedTensors()
      _ = try? reader.check()
    }
  }

  @Test func theFirstBadChunkIsNamed() throws {
    let scratch = try Scratch()
    var source = MemorySource()
    var random = SeededGenerator(61)
    try source.add("fine", .f32, random.weights(1000).float32Bytes)
    try source.add("damaged", .f32, random.weights(400_000).float32Bytes)
    let reader = try scratch.container(source.copies(), from: source)
    var bytes = try scratch.bytes()
    let records = reader.table.records
    for chunk in [2, 3] { bytes[records[chunk].offset + 100] ^= 4 }
    let damaged = try scratch.open(bytes)
    for threads in [1, 2] {
      for read in [
        { try damaged.check(threads: threads) }, { _ = try damaged.loadAll(threads: threads) },
      ]
        as [() throws -> Void]
      {
        let error = #expect(throws: LFError.self) { try read() }
        #expect(error?.code == "lfz.chunk-checksum")
        #expect(error?.location.entry == "damaged")
        #expect(error?.location.offset == records[2].offset)
        #expect(error?.message.hasPrefix("chunk 2: ") == true)
      }
    }
    #expect(throws: LFError.self) { try damaged.bytes(1) }
    #expect(try damaged.bytes(0) == source.values[0])
    #expect(try damaged.bytes(1, range: 0..<1000) == Array(source.values[1][..<1000]))
  }

  @Test func newerMinorVersionsAreRead() throws {
    let model = try SmallModel.shared.get()
    var crafted = model.crafted
    crafted.minor = 7
    // A field that this version does not know, and a blob that only it uses.
    crafted.index.files.removeLast()
    crafted.indexBytes = crafted.index.encoded + [0xfa, 0x07, 3, 1, 2, 3]
    #expect(try model.failure(crafted.bytes) == nil)
    let reader = try model.scratch.open(crafted.bytes)
    #expect(reader.storage.idleBytes == 5000)
  }

  @Test func limitsCanBeRaised() throws {
    let model = try SmallModel.shared.get()
    var limits = Limits()
    limits.expansionSlack = 0
    limits.expansionRatio = 1
    #expect(try model.failure(model.bytes, limits: limits)?.code == "lfz.limit")
    limits.tensors = 3
    limits.expansionRatio = 64
    #expect(try model.failure(model.bytes, limits: limits)?.code == "lfz.limit")
    limits.tensors = 4
    #expect(try model.failure(model.bytes, limits: limits) == nil)
  }
}
