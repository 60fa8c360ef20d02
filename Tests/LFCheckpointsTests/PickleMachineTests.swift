import LFCore
import LFFiles
import TestSupport
import Testing

@testable import LFCheckpoints

/// The pickle machine by itself.
@Suite struct PickleMachineTests {
  func run(_ bytes: [UInt8], limits: Limits = .standard) throws -> PickleGraph {
    let path = try Scratch.shared.write("pickle-\(UInt64.random(in: 0 ... .max))", bytes)
    let file = try InputFile(path)
    var stream = PickleStream(file, range: 0..<file.byteCount)
    return try PickleMachine.run(&stream, limits: limits)
  }

  func code(_ body: [UInt8], limits: Limits = .standard) -> String? {
    failure { try run([0x80, 4] + body + [0x2E], limits: limits) }?.code
  }

  @Test func knowsEveryOpcodeByName() {
    #expect(PickleOpcode.allCases.count == 68)
    #expect(Set(PickleOpcode.allCases.map(\.name)).count == 68)
    #expect(PickleOpcode.binInt1.name == "BININT1")
    #expect(PickleOpcode.byteArray8.name == "BYTEARRAY8")
    #expect(PickleOpcode.newObjEx.name == "NEWOBJ_EX")
  }

  @Test func refusesSomeOpcodesByName() throws {
    let codes: [(UInt8, String)] = [
      (0x53, "STRING"), (0x56, "UNICODE"), (0x50, "PERSID"), (0x82, "EXT1"), (0x83, "EXT2"),
      (0x84, "EXT4"), (0x97, "NEXT_BUFFER"), (0x98, "READONLY_BUFFER"),
    ]
    for (byte, name) in codes {
      let error = try #require(failure { try run([0x80, 2, byte, 0x2E]) })
      #expect(error.code == "pickle.opcode" && error.message.contains(name))
      #expect(error.location.offset == 2)
    }
  }

  @Test func readsIntegers() throws {
    func integer(_ body: [UInt8]) throws -> Int? {
      let graph = try run([0x80, 2] + body + [0x2E])
      return graph.integer(graph.root)
    }
    #expect(try integer([0x4B, 0xFF]) == 255)
    #expect(try integer([0x4D, 0xFF, 0xFF]) == 65535)
    #expect(try integer([0x4A, 0xFF, 0xFF, 0xFF, 0xFF]) == -1)
    #expect(try integer([0x8A, 0]) == 0)
    #expect(try integer([0x8A, 1, 0x80]) == -128)
    #expect(try integer([0x8A, 8, 0, 0, 0, 0, 0, 0, 0, 0x80]) == .min)
    #expect(try integer([0x8A, 9, 0, 0, 0, 0, 0, 0, 0, 0x80, 0]) == nil)
    #expect(try integer(Array("I-42\n".utf8)) == -42)
    #expect(try integer(Array("L7L\n".utf8)) == 7)
    #expect(code(Array("I4 2\n".utf8)) == "pickle.number")
    #expect(code(Array("L99999999999999999999L\n".utf8)) == "pickle.number")
  }

  @Test func refusesWhatIsOutOfPlace() {
    #expect(code([0x4E, 0x4E]) == "pickle.stack")  // two values at the end
    #expect(code([0x28, 0x4E]) == "pickle.stack")  // a mark at the end
    #expect(code([0x28, 0x52]) == "pickle.stack")  // REDUCE across a mark
    #expect(code([0x4E, 0x80, 2]) == "pickle.protocol")
    #expect(code([0x4E, 0x4E, 0x52]) == "pickle.callable")
    #expect(code([0x63, 0x61, 0x0A, 0x62, 0x0A, 0x4E, 0x52]) == "pickle.arguments")
    #expect(code([0x5D, 0x4E, 0x4E, 0x73]) == "pickle.target")  // SETITEM on a list
    #expect(code([0x7D, 0x4E, 0x61]) == "pickle.target")  // APPEND to a dict
    #expect(code([0x7D, 0x4E, 0x62]) == "pickle.target")  // BUILD on a dict
    #expect(code([0x4E, 0x4E, 0x93]) == "pickle.global")
    #expect(code([0x63, 0x0A, 0x62, 0x0A]) == "pickle.global")  // no module
    #expect(code([0x68, 5]) == "pickle.memo")
    #expect(code([0x74]) == "pickle.mark")
    #expect(code([0x94]) == "pickle.stack")  // MEMOIZE without a value
    #expect(code([0xFE]) == "pickle.opcode")
    #expect(failure { try run([]) }?.code == "pickle.truncated")
    #expect(failure { try run([0x80]) }?.code == "pickle.truncated")
    #expect(failure { try run([0x80, 1, 0x4E, 0x2E]) }?.code == "pickle.protocol")
    #expect(failure { try run([0x80, 6, 0x4E, 0x2E]) }?.kind == .unsupported)
    #expect(failure { try run([0x4E, 0x2E]) }?.code == "pickle.protocol")
  }

  @Test func boundsWhatAStreamCanBuild() {
    var limits = Limits()
    limits.pickleValues = 1000
    let many = [UInt8](repeating: 0x4E, count: 2000)
    #expect(code(many, limits: limits) == "pickle.values")
    // Values that are made and dropped again count too.
    #expect(code([UInt8](([[0x4E, 0x30]] * 2000).joined()), limits: limits) == "pickle.values")
    #expect(code([UInt8](repeating: 0x28, count: 2000), limits: limits) == "pickle.values")
    // One value over and over: DUP, POP.
    let again = [0x4E] + [UInt8](([[0x32, 0x30]] * 5000).joined())
    #expect(code(again, limits: limits) == "pickle.values")
    limits.pickleBytes = 100
    #expect(code(many, limits: limits) == "pickle.size")
    let long = [0x8C, 200] + [UInt8](repeating: 0x61, count: 200)
    #expect(code(long, limits: limits) == "pickle.size")
  }

  @Test func releasesDeepNestingWithoutRecursion() throws {
    let depth = 300_000
    let bytes =
      [0x80, 2] + [UInt8](repeating: 0x5D, count: depth)
      + [UInt8](repeating: 0x61, count: depth - 1) + [0x2E]
    let graph = try run(bytes)
    #expect(graph.values.count == depth)
    var inert = InertValues(graph)
    #expect(failure { try inert.check([graph.root]) } == nil)
  }

  @Test func readsAcrossItsWindow() throws {
    let text = String(repeating: "é", count: 100_000)
    var bytes: [UInt8] = [0x80, 4, 0x28]
    for _ in 0..<3 {
      bytes += [0x58]
      bytes.append(littleEndian: UInt32(text.utf8.count))
      bytes += text.utf8
    }
    bytes += [0x74, 0x2E]
    let graph = try run(bytes)
    let items = try #require(graph.tuple(graph.root))
    #expect(items.map { graph.text($0) } == [text, text, text])
  }

  @Test func nothingItReadsCanTrap() throws {
    // Random streams of plausible opcodes: errors or values, never a crash.
    var generator = SplitMix(state: 1)
    let opcodes = PickleOpcode.allCases.map(\.rawValue)
    var bytes: [UInt8] = []
    var ranges: [Range<Int>] = []
    for _ in 0..<5000 {
      let start = bytes.count
      bytes += [0x80, UInt8(2 + generator.next() % 4)]
      for _ in 0..<Int(generator.next() % 60) {
        bytes.append(opcodes[Int(generator.next() % UInt64(opcodes.count))])
        for _ in 0..<Int(generator.next() % 4) { bytes.append(UInt8(generator.next() % 12)) }
      }
      bytes.append(0x2E)
      ranges.append(start..<bytes.count)
    }
    let file = try InputFile(try Scratch.shared.write("random pickles", bytes))
    for range in ranges {
      var stream = PickleStream(file, range: range)
      if let graph = try? PickleMachine.run(&stream, limits: .standard) {
        var inert = InertValues(graph)
        _ = failure { try inert.check([graph.root]) }
      }
    }
  }
}

/// A small generator with a seed.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
    return value ^ value >> 31
  }
}

private func * (items: [[UInt8]], times: Int) -> [[UInt8]] {
  Array(repeating: items.flatMap { $0 }, count: times)
}
