import LFCore
import TestSupport
import Testing

@testable import LFModels

@Suite("Sources keep the contract")
struct SourceContractTests {
  @Test func selected() throws {
    let base = try MemorySource.everyElementType()
    let source = SelectedSource(base) { !$0.text.hasPrefix("I") }
    let expected = zip(base.tensors, base.values).filter { !$0.0.name.text.hasPrefix("I") }
    #expect(source.tensors.count < base.tensors.count)
    #expect(SourceContract.violations(source, expected: expected.map(\.1)) == [])
  }
}
