import LFCore
import TestSupport
import Testing

@testable import LFContainer

/// Frames made without the library are frames like any others.
struct LiteralsTests {
  /// Counts of symbols, which decide about the code.
  static let distributions: [[Int]] = [
    [512, 512],  // two symbols of one bit
    [1023, 1],
    [8000, 1, 1, 1],  // a code of one bit beside longer ones
    [Int](repeating: 9, count: 129),  // all symbols there are
    [Int](repeating: 1000, count: 128),
    fibonacci(25),  // would need 24 bits, has 11
    fibonacci(12).reversed(),
    (0..<40).map { max(1, 60_000 >> ($0 / 2)) },
    [0, 0, 700, 0, 800, 900, 0],
    [1024, 1024, 1024, 1024],
  ]

  private static func fibonacci(_ count: Int) -> [Int] {
    var values = [1, 1]
    while values.count < count {
      values.append(values[values.count - 1] + values[values.count - 2])
    }
    return values
  }

  @Test(arguments: distributions)
  func libraryAndOwnDecoderAgree(counts: [Int]) throws {
    var bytes: [UInt8] = []
    for (symbol, count) in counts.enumerated() {
      bytes += [UInt8](repeating: UInt8(symbol), count: count)
    }
    var random = SeededGenerator(71)
    bytes.shuffle(using: &random)
    for count in Set([bytes.count, bytes.count - 1, 1024, 1027]) where count <= bytes.count {
      let part = Array(bytes[..<count])
      let frame = try encoded(part)
      #expect(frame.count < part.count + 100)
      let (own, library) = (try decoded(frame, count, false), try decoded(frame, count, true))
      let same = own == part && library == part
      #expect(same, "\(count) bytes")
    }
  }

  @Test func damagedFramesAreRefusedOrTheSame() throws {
    var random = SeededGenerator(73)
    let bytes = (0..<2000).map { _ in UInt8(120 - (random.next() | 1 << 20).trailingZeroBitCount) }
    let frame = try encoded(bytes)
    for _ in 0..<4000 {
      var damaged = frame
      damaged[Int.random(in: 0..<frame.count, using: &random)] ^= UInt8.random(
        in: 1...255, using: &random)
      if Bool.random(using: &random) { damaged.removeLast(Int.random(in: 0..<40, using: &random)) }
      let own = try? decoded(damaged, bytes.count, false)
      let library = try? decoded(damaged, bytes.count, true)
      let same = own == library
      #expect(same)
    }
  }

  /// All descriptions of a code with five symbols, some of which describe none: too
  /// many or too few codes, or none of the weight 1.
  @Test func damagedDescriptionsAreRefusedOrTheSame() throws {
    let bytes = [500, 500, 250, 250, 500].enumerated().flatMap { symbol, count in
      [UInt8](repeating: UInt8(symbol), count: count)
    }
    let frame = try encoded(bytes)
    // Behind the headers of frame, block and literals: four weights, the last one implied.
    let description = 14
    #expect(frame[description..<description + 3] == [127 + 4, 0x22, 0x11])
    for first in UInt8.min...UInt8.max {
      for second in UInt8.min...UInt8.max {
        var damaged = frame
        damaged[description + 1] = first
        damaged[description + 2] = second
        let own = try? decoded(damaged, bytes.count, false)
        let library = try? decoded(damaged, bytes.count, true)
        let same = own == library
        #expect(same, "\(first) \(second)")
      }
    }
  }

  private func encoded(_ bytes: [UInt8]) throws -> [UInt8] {
    let encoder = try ZstdEncoder.literals()
    let output = try AlignedMemory.chunk(byteCount: bytes.count * 2 + 1024)
    let count = unsafe bytes.withUnsafeBytes {
      unsafe encoder.encode($0, to: output.start, capacity: output.bytes.count)
    }
    return unsafe Array(output.prefix(try #require(count)))
  }

  private func decoded(_ frame: [UInt8], _ count: Int, _ library: Bool) throws -> [UInt8] {
    let decoder = try ZstdDecoder()
    let output = try AlignedMemory.chunk(byteCount: count)
    try unsafe frame.withUnsafeBytes {
      if library {
        try unsafe decoder.decodeWithLibrary($0, to: output.start, count: count)
      } else {
        try unsafe decoder.decode($0, to: output.start, count: count)
      }
    }
    return unsafe Array(output.prefix(count))
  }
}
