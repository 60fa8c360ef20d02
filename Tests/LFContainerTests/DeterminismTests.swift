import LFCore
import LFFiles
import TestSupport
import Testing

@testable import LFContainer

/// The same input gives the same bytes.
struct DeterminismTests {
  @Test(arguments: LFZCompression.allCases)
  func threadsMakeNoDifference(compression: LFZCompression) throws {
    let scratch = try Scratch()
    var random = SeededGenerator(23)
    var source = MemorySource()
    for index in 0..<12 {
      try source.add(
        "w\(index)", index % 2 == 0 ? .f32 : .bf16,
        random.weights(40_000 + 90_000 * (index % 3)).float32Bytes)
      try source.add("b\(index)", .f32, [UInt8](repeating: UInt8(index / 4), count: 3072))
    }
    let files = (0..<3).map {
      CarriedFile(
        name: "f\($0)", bytes: (0..<200_000 * $0).map { UInt8(truncatingIfNeeded: $0 / 3) })
    }
    var outputs: [[UInt8]] = []
    for threads in [1, 2, 3, 8] {
      _ = try scratch.container(
        source.copies(), from: source, files: files, compression: compression, threads: threads)
      outputs.append(try scratch.bytes())
    }
    for output in outputs { #expect(output == outputs[0]) }
  }

  @Test func progressCountsUp() throws {
    let scratch = try Scratch()
    var source = MemorySource()
    var random = SeededGenerator(29)
    try source.add("w", .f32, random.weights(500_000).float32Bytes)
    let log = ProgressLog()
    let output = try OutputFile(scratch.path + "/p.lfz", overwrite: false)
    try LFZWriter.write(
      tensors: source.copies(), from: source, provenance: .init(tool: "test"), threads: 2,
      to: output, progress: { log.add($0, $1) })
    let entries = log.entries
    #expect(entries.map(\.0) == entries.map(\.0).sorted())
    #expect(entries.last?.0 == 2_000_000)
    #expect(entries.allSatisfy { $0.1 == 2_000_000 })
  }

  @Test func theLowestErrorIsReported() throws {
    let scratch = try Scratch()
    var source = MemorySource()
    var random = SeededGenerator(31)
    for index in 0..<6 { try source.add("t\(index)", .f32, random.weights(140_000).float32Bytes) }
    let failing = FailingSource(base: source, failing: [2, 3, 4, 5])
    for threads in [1, 2, 4] {
      let output = try OutputFile(scratch.path + "/e.lfz", overwrite: true)
      let error = #expect(throws: LFError.self) {
        try LFZWriter.write(
          tensors: source.copies(), from: failing, provenance: .init(tool: "test"),
          threads: threads, to: output)
      }
      #expect(error?.message == "tensor 2 cannot be read")
    }
  }
}

/// A source some of whose tensors cannot be read after their first bytes.
private struct FailingSource: TensorSource {
  var base: MemorySource
  var failing: Set<Int>
  var tensors: [TensorDescriptor] { base.tensors }

  func read(
    _ index: Int, at offset: Int, into buffer: inout MutableRawSpan
  ) throws(LFError) {
    if failing.contains(index), buffer.byteCount > 8192 {
      throw LFError(.io, "io.failed", "tensor \(index) cannot be read")
    }
    try base.read(index, at: offset, into: &buffer)
  }
}
