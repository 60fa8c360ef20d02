import LFCore
import TestSupport
import Testing

@testable import LFVerification

/// Bytes whose numbers IEEE 754 and the definition of bfloat16 give.
@Suite("Bytes as numbers")
struct FloatValuesTests {
  private func halves(_ bits: [UInt16]) -> [UInt8] {
    bits.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
  }

  @Test("Half precision: normal, subnormal, largest, zeros, infinities")
  func half() throws {
    let bits: [UInt16] = [
      0x3C00, 0xC000, 0x3555, 0x0001, 0x03FF, 0x0400, 0x7BFF, 0x0000, 0x8000, 0x7C00, 0xFC00,
    ]
    let values = try #require(FloatValues.decode(halves(bits), .f16))
    #expect(
      values == [
        1, -2, 0.333251953125, 0x1p-24, 1023 * 0x1p-24, 0x1p-14, 65504, 0, 0, .infinity, -.infinity,
      ])
    #expect(values[8].sign == .minus)
    #expect(FloatValues.decode(halves([0x7E00, 0xFC01]), .f16)?.allSatisfy(\.isNaN) == true)
  }

  @Test("Other types, and bytes that are no whole number")
  func others() {
    #expect(FloatValues.decode(halves([0x3F80, 0xC0A0, 0x0001]), .bf16) == [1, -5, 0x1p-133])
    #expect(FloatValues.decode(floats([1.5, -0x1p-149]), .f32) == [1.5, -0x1p-149])
    let bits = (-2.25 as Double).bitPattern
    let bytes = (0..<8).map { UInt8(truncatingIfNeeded: bits >> (8 * UInt64($0))) }
    #expect(FloatValues.decode(bytes, .f64) == [-2.25])
    #expect(FloatValues.decode(bytes + [1, 2, 3], .f64) == [-2.25])
    for type in ElementType.allCases where !type.isFloatingPoint {
      #expect(FloatValues.decode(bytes, type) == nil)
    }
    #expect(FloatValues.word64([0, 1, 2, 3, 4, 5, 6, 7, 0x88], 1) == 0x8807_0605_0403_0201)
  }
}
