import Foundation
import LFCore
import LFFiles
import TestSupport
import Testing

@testable import LFContainer

/// The specification and the code say the same.
struct SpecificationTests {
  /// The example of `Specs/container.md`, as it is made.
  private func example(_ scratch: Scratch) throws -> (MemorySource, LFZReader) {
    var source = MemorySource()
    try source.add("table", .bf16, [0, 0, 0x80, 0x3f, 0, 0x40], shape: [3, 1])
    try source.add("ones", .f32, [Float](repeating: 1, count: 1024).float32Bytes)
    let tensors = [
      // One row once, the others twice and then the first of them.
      try source.composed(
        "table", .bf16, [6, 1],
        [
          .init(.source(index: 0, range: 0..<2)),
          .init(.source(index: 0, range: 2..<6), repeats: 2),
          .init(.source(index: 0, range: 2..<4)),
        ]),
      try source.composed("ones", .f32, [1024], [.init(.source(index: 1, range: 0..<4096))]),
      try source.composed(
        "tied", .f32, [1024], [.init(.source(index: 1, range: 0..<4096))], tiedTo: "ones"),
    ]
    let reader = try scratch.container(
      tensors, from: source, files: [CarriedFile(name: "config.json", bytes: Array("{}\n".utf8))],
      provenance: .init(
        tool: "lfconv 1.0.0", parameters: [.init("max_positions", "5")],
        sources: [.init(name: "model.safetensors", byteCount: 4242)]))
    return (source, reader)
  }

  private static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// The bytes of the hexadecimal dump in the specification.
  private func documented() throws -> [UInt8] {
    let text = try String(
      contentsOf: Self.root.appendingPathComponent("Specs/container.md"), encoding: .utf8)
    var bytes: [UInt8] = []
    for line in text.split(separator: "\n") {
      // "000040  62 6e 69 …"
      let words = line.split(separator: " ")
      guard let first = words.first, first.count == 6, Int(first, radix: 16) == bytes.count,
        words.count > 1
      else { continue }
      bytes += words.dropFirst().prefix(16).compactMap {
        $0.count == 2 ? UInt8($0, radix: 16) : nil
      }
    }
    return bytes
  }

  @Test func theExampleIsWhatTheWriterWrites() throws {
    let scratch = try Scratch()
    _ = try example(scratch)
    let bytes = try scratch.bytes()
    if ProcessInfo.processInfo.environment["LFZ_PRINT_EXAMPLE"] != nil {
      for start in stride(from: 0, to: bytes.count, by: 16) {
        let row = bytes[start..<min(start + 16, bytes.count)]
        let offset = String(start, radix: 16)
        print(
          "    " + String(repeating: "0", count: 6 - offset.count) + offset + "  "
            + row.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " "))
      }
    }
    let same = try documented() == bytes
    #expect(same)
  }

  @Test func theExampleDecodes() throws {
    let scratch = try Scratch()
    let reader = try scratch.open(documented())
    try reader.check()
    #expect(reader.tensors.map(\.name) == ["table", "ones", "tied"])
    #expect(try reader.bytes(0) == [0, 0, 0x80, 0x3f, 0, 0x40, 0x80, 0x3f, 0, 0x40, 0x80, 0x3f])
    #expect(try reader.bytes(1) == [Float](repeating: 1, count: 1024).float32Bytes)
    #expect(try reader.bytes(2) == reader.bytes(1))
    #expect(try reader.files[0].contents() == Array("{}\n".utf8))
    #expect(reader.provenance.tool == "lfconv 1.0.0")
  }

  /// A decoder written from the specification alone agrees, checksums included.
  @Test(
    .enabled(if: pythonDecoderRuns, "no python3 with the modules that decode_lfz.py asks for"))
  func anIndependentDecoderAgrees() throws {
    let scratch = try Scratch()
    var source = MemorySource()
    var expected: [[UInt8]] = []
    for type in ElementType.allCases {
      for pattern in ["weights", "half", "counting", "special"] {
        try source.add(
          "\(type.rawValue).\(pattern)", type,
          RoundTripTests.bytes(pattern, count: 3001 * type.byteCount))
      }
    }
    expected = source.values
    var tensors = try source.copies()
    tensors.append(
      try source.composed(
        "tiled", .u8, [70],
        [
          .init(.source(index: 0, range: 0..<20), repeats: 3),
          .init(.source(index: 0, range: 0..<10)),
        ]))
    expected.append(try ComposedSource(base: source, composed: tensors).bytes(tensors.count - 1))
    let file = (0..<40_000).map { UInt8($0 % 11) }
    _ = try scratch.container(
      tensors, from: source, files: [CarriedFile(name: "vocab.txt", bytes: file)])
    expected.append(file)
    let output = scratch.path + "/decoded"
    #expect(try Self.runDecoder([scratch.path + "/x.lfz", output]) == 0)
    for (index, bytes) in expected.enumerated() {
      let decoded = try Data(contentsOf: URL(fileURLWithPath: "\(output)/\(index).bin"))
      let same = Array(decoded) == bytes
      #expect(same, "entry \(index)")
    }
  }

  /// Whether Python and the libraries that the decoder loads are there.
  static let pythonDecoderRuns = (try? runDecoder(["--probe"])) == 0

  private static func runDecoder(_ arguments: [String]) throws -> Int32 {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments =
      ["python3", root.path + "/Tests/LFContainerTests/decode_lfz.py"] + arguments
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus
  }
}
