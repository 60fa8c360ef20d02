import LFCore
import LFEncoder
import TestSupport
import Testing

@testable import LFVerification

@Suite("Sources keep the contract")
struct SourceContractTests {
  @Test func patched() throws {
    let base = try MemorySource.everyElementType()
    let tensor = try #require(base.index(of: "F32.5"))
    var expected = base.values
    expected[tensor][6] ^= 0x81
    let source = PatchedSource(base: base, tensor: tensor, offset: 6, bits: 0x81)
    #expect(SourceContract.violations(source, expected: expected) == [])
  }

  @Test func outputs() throws {
    let values = (0..<600).map { Float($0) * -0.37 }
    let source = try OutputSource([
      OutputTensor(name: "a", shape: [2, 300], values: values),
      OutputTensor(name: "b", shape: [3], values: [1, -2, 0.5]),
      OutputTensor(name: "empty", shape: [0, 4], values: []),
    ])
    #expect(
      SourceContract.violations(
        source, expected: [floats(values), floats([1, -2, 0.5]), []]) == [])
  }
}
