import LFCore
import TestSupport
import Testing

@testable import LFConversion

@Suite("Sources keep the contract")
struct SourceContractTests {
  @Test func finite() throws {
    let base = try MemorySource.everyElementType()
    let source = FiniteSource(base, file: "file")
    #expect(SourceContract.violations(source, expected: base.values) == [])
  }

  /// Small integers, which every type holds.
  @Test(arguments: [ElementType.f64, .f32, .f16, .bf16], [ElementType.f64, .f32, .f16, .bf16])
  func converted(from: ElementType, to: ElementType) throws {
    let numbers = (0..<900).map { Float($0 % 200 - 100) }
    func bytes(_ numbers: [Float], _ type: ElementType) -> [UInt8] {
      numbers.flatMap { number -> [UInt8] in
        var bytes: [UInt8] = []
        switch type {
        case .f64: bytes.append(littleEndian: Double(number).bitPattern)
        case .f32: bytes.append(littleEndian: number.bitPattern)
        case .f16: bytes.append(littleEndian: Float16(number).bitPattern)
        default: bytes.append(littleEndian: UInt16(number.bitPattern >> 16))
        }
        return bytes
      }
    }
    var base = MemorySource()
    var expected: [[UInt8]] = []
    for count in [0, 1, 5, 900] {
      try base.add("w\(count)", from, bytes(Array(numbers[..<count]), from))
      expected.append(bytes(Array(numbers[..<count]), to))
    }
    try base.add("ids", .i64, [UInt8](0..<16))
    expected.append([UInt8](0..<16))
    let source = ConvertedSource(base, to: to, allowsOverflow: false)
    #expect(SourceContract.violations(source, expected: expected) == [])
  }
}
