import LFCore
import Synchronization
import TestSupport
import Testing

@Suite("Comparing bytes")
struct ByteComparisonTests {
  private func sources() throws -> (MemorySource, MemorySource) {
    var source = MemorySource()
    try source.add("a", .u8, [1, 2, 3])
    try source.add("large", .u8, [UInt8](repeating: 7, count: 5 << 20))
    try source.add("empty", .f32, [])
    return (source, source)
  }

  private func pairs(_ source: MemorySource) -> [ByteComparison.Pair] {
    source.tensors.indices.map { .init(name: source.tensors[$0].name, left: $0, right: $0) }
  }

  @Test func equalTensors() throws {
    let (left, right) = try sources()
    let progress = Mutex<[Double]>([])
    try ByteComparison(left: left, right: right).check(
      pairs(left), threads: 2, progress: { part in progress.withLock { $0.append(part) } },
      failure: { LFError(.mismatch, "test.differs", $0.text) })
    #expect(progress.withLock { $0.allSatisfy { (0..<1).contains($0) } && $0.count == 4 })
    for index in left.tensors.indices {
      #expect(try ByteComparison.areEqual(left, index, right, index))
    }
    #expect(try !ByteComparison.areEqual(left, 0, right, 1))
  }

  @Test(arguments: [(1, 5_000_000), (1, 0), (0, 2)])
  func oneByteDiffers(tensor: Int, byte: Int) throws {
    var (left, right) = try sources()
    right.values[tensor][byte] ^= 1
    #expect(try !ByteComparison.areEqual(left, tensor, right, tensor))
    let error = #expect(throws: LFError.self) {
      try ByteComparison(left: left, right: right).check(pairs(left), threads: 2) {
        LFError(.mismatch, "test.differs", $0.text)
      }
    }
    #expect(error?.message == left.tensors[tensor].name.text)
    left.tensors = []
  }

  @Test func anotherLength() throws {
    let (left, right) = try sources()
    let error = #expect(throws: LFError.self) {
      try ByteComparison(left: left, right: right).check(
        [.init(name: "a", left: 0, right: 1)], threads: 1
      ) { LFError(.mismatch, "test.differs", $0.text) }
    }
    #expect(error?.code == "test.differs")
  }
}
