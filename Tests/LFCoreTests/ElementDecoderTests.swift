import LFCore
import TestSupport
import Testing

/// Bytes whose numbers IEEE 754 and the definition of bfloat16 give.
@Suite("Elements as numbers")
struct ElementDecoderTests {
  private func words(_ bits: [UInt16]) -> [UInt8] {
    bits.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
  }

  @Test("Half precision: normal, subnormal, largest, zeros, infinities, NaN")
  func half() {
    let bits: [UInt16] = [
      0x3C00, 0xC000, 0x3555, 0x0001, 0x03FF, 0x0400, 0x7BFF, 0x0000, 0x8000, 0x7C00, 0xFC00,
    ]
    let values = ElementDecoder.doubles(words(bits), .f16)
    #expect(
      values == [
        1, -2, 0.333251953125, 0x1p-24, 1023 * 0x1p-24, 0x1p-14, 65504, 0, 0, .infinity, -.infinity,
      ])
    #expect(values[8].sign == .minus)
    let invalid = ElementDecoder.doubles(words([0x7E00, 0xFC01]), .f16)
    #expect(invalid.count == 2 && invalid.allSatisfy(\.isNaN))
  }

  @Test("Every other type, and bytes of an element that is not whole")
  func others() {
    #expect(
      ElementDecoder.doubles(words([0x3F80, 0xC0A0, 0x0001]), .bf16) == [1, -5, 0x1p-133])
    #expect(ElementDecoder.doubles(floats([1.5, -0x1p-149]), .f32) == [1.5, -0x1p-149])
    let double = (-2.25 as Double).bitPattern
    let bytes = (0..<8).map { UInt8(truncatingIfNeeded: double >> (8 * UInt64($0))) }
    #expect(ElementDecoder.doubles(bytes + [1, 2, 3], .f64) == [-2.25])
    let ones = [UInt8](repeating: 0xFF, count: 8)
    for (type, value) in [
      (ElementType.i8, -1.0), (.i16, -1), (.i32, -1), (.i64, -1), (.u8, 255), (.u16, 65535),
      (.u32, 4_294_967_295), (.u64, 0x1p64), (.bool, 255),
    ] {
      #expect(ElementDecoder.doubles(ones, type).allSatisfy { $0 == value }, "\(type)")
    }
  }

  @Test("One element at a time gives the same numbers", arguments: ElementType.allCases)
  func single(type: ElementType) {
    let bytes = (0..<64).map { UInt8($0 * 37 % 251) }
    let size = type.byteCount
    let values = ElementDecoder.doubles(bytes, type)
    #expect(values.count == 64 / size)
    for (index, value) in values.enumerated() {
      let bits = (0..<size).reduce(UInt64(0)) { $0 | UInt64(bytes[index * size + $1]) << (8 * $1) }
      let one = ElementDecoder.value(bits, type)
      #expect(one == value || one.isNaN && value.isNaN)
    }
  }
}
