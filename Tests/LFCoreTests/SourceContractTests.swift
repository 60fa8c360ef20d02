import LFCore
import TestSupport
import Testing

@Suite("Sources keep the contract")
struct SourceContractTests {
  @Test func memory() throws {
    let source = try MemorySource.everyElementType()
    #expect(SourceContract.violations(source, expected: source.values) == [])
  }

  @Test func composed() throws {
    let base = try MemorySource.everyElementType()
    let composed = ComposedSource(base: base, composed: try base.copies())
    #expect(SourceContract.violations(composed, expected: base.values) == [])
  }

  /// A source that does everything wrong that the suite looks for.
  private struct Careless: TensorSource {
    let base: MemorySource
    let fault: String
    var tensors: [TensorDescriptor] { base.tensors }

    func read(_ index: Int, at offset: Int, into buffer: inout MutableRawSpan) throws(LFError) {
      let size = tensors[index].byteCount
      if offset < 0 || offset > size || buffer.byteCount > size - offset {
        if fault == "silent" { return }
        if fault == "writes" { buffer.fill(0) }
        if fault == "other error" { throw LFError(.io, "io.failed", "no") }
      }
      try base.read(index, at: offset, into: &buffer)
      if fault == "odd offsets", offset % 2 == 1, buffer.byteCount > 0 { buffer.fill(0xEE) }
    }
  }

  @Test(arguments: ["silent", "writes", "other error", "odd offsets"])
  func faultsAreFound(fault: String) throws {
    let source = Careless(base: try MemorySource.everyElementType(), fault: fault)
    #expect(!SourceContract.violations(source, expected: source.base.values).isEmpty)
  }
}
