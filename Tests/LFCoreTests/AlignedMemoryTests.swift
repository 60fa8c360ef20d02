import LFCore
import Testing

@Suite("Aligned memory")
struct AlignedMemoryTests {
  @Test(arguments: [0, 1, 63, 65_535, 65_536, 1_000_001, 4 << 20, (6 << 20) + 1])
  func everySize(byteCount: Int) throws {
    for content in [AlignedMemory.Content.uninitialized, .zeros] {
      for alignment in [nil, AlignedMemory.Alignment.cacheLine, .hugePage] {
        let memory = try AlignedMemory(
          byteCount: byteCount, content, alignment: alignment, for: "a test")
        let wanted = alignment ?? .suited(to: byteCount)
        #expect(memory.bytes.count == max(1, byteCount))
        #expect(UInt(bitPattern: memory.start) % UInt(wanted.rawValue) == 0)
        if content == .zeros {
          let places = stride(from: 0, to: memory.bytes.count, by: 4093)
          #expect(places.allSatisfy { memory.bytes[$0] == 0 })
        }
        memory.bytes[0] = 7
        memory.bytes[memory.bytes.count - 1] = 9
        #expect(memory.prefix(1)[0] == (byteCount < 2 ? 9 : 7))
      }
    }
    #expect(AlignedMemory.Alignment.suited(to: 4 << 20) == .hugePage)
    #expect(AlignedMemory.Alignment.suited(to: (4 << 20) - 1) == .cacheLine)
  }

  @Test(arguments: [Int.max, Int.max - (4 << 20), 1 << 60, -1])
  func whatCannotBeHadIsAnError(byteCount: Int) {
    for content in [AlignedMemory.Content.uninitialized, .zeros] {
      let error = #expect(throws: LFError.self) {
        try AlignedMemory(byteCount: byteCount, content, for: "a test")
      }
      #expect(error?.code == "memory.exhausted")
      #expect(error?.kind == .io)
      #expect(error?.message == "no memory for \(byteCount) bytes of a test")
    }
  }
}
