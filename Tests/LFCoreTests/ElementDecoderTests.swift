import LFCore
import Testing

@Suite("Numbers of element types")
struct ElementDecoderTests {
  /// A number with so many bits of exponent and fraction, by its definition.
  private func number(_ bits: UInt16, exponent width: Int, fraction: Int) -> Double {
    let sign = bits >> 15 == 0 ? 1.0 : -1.0
    let exponent = Int(bits >> UInt16(fraction)) & ((1 << width) - 1)
    let rest = Double(bits & ((1 << UInt16(fraction)) - 1)) / Double(1 << fraction)
    let bias = (1 << (width - 1)) - 1
    if exponent == (1 << width) - 1 { return rest == 0 ? sign * .infinity : .nan }
    let significand = exponent == 0 ? rest : 1 + rest
    return sign * significand
      * Double(sign: .plus, exponent: max(exponent, 1) - bias, significand: 1)
  }

  private func same(_ left: Double, _ right: Double) -> Bool {
    left.isNaN ? right.isNaN : left.bitPattern == right.bitPattern
  }

  @Test(
    "Every bit pattern of 16 bits is the number of its definition",
    arguments: [(ElementType.f16, 5, 10), (.bf16, 8, 7)])
  func allPatterns(type: ElementType, exponent: Int, fraction: Int) {
    var bytes: [UInt8] = []
    for bits in UInt16.min...UInt16.max { bytes.append(littleEndian: bits) }
    let doubles = ElementDecoder.doubles(bytes, type)
    var floats = [Float](repeating: 0, count: 65_536)
    var span = floats.mutableSpan
    ElementDecoder.decode(bytes.span.bytes, type, into: &span)
    var wrong: [UInt16] = []
    for bits in UInt16.min...UInt16.max {
      let expected = number(bits, exponent: exponent, fraction: fraction)
      let place = Int(bits)
      if !same(expected, doubles[place]) || !same(expected, Double(floats[place]))
        || !same(expected, ElementDecoder.value(UInt64(bits), type))
      {
        wrong.append(bits)
      }
    }
    #expect(wrong == [])
  }

  @Test("Other types are read at their width, little-endian, and signed or not")
  func otherTypes() {
    let bytes: [UInt8] = [0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xBF, 1, 0, 0, 0, 0, 0, 0, 0]
    let expected: [(ElementType, [Double])] = [
      (.i8, [-2, -1, -1, -1, -1, -1, -1, -65, 1, 0, 0, 0, 0, 0, 0, 0]),
      (.u8, [254, 255, 255, 255, 255, 255, 255, 191, 1, 0, 0, 0, 0, 0, 0, 0]),
      (.bool, [254, 255, 255, 255, 255, 255, 255, 191, 1, 0, 0, 0, 0, 0, 0, 0]),
      (.i16, [-2, -1, -1, -16385, 1, 0, 0, 0]),
      (.u16, [65534, 65535, 65535, 49151, 1, 0, 0, 0]),
      (.i32, [-2, -1_073_741_825, 1, 0]), (.u32, [4_294_967_294, 3_221_225_471, 1, 0]),
      (.i64, [-4_611_686_018_427_387_904, 1]), (.u64, [13_835_058_055_282_163_712, 1]),
      (.f64, [-1.9999999999999996, 0x1p-1074]),
    ]
    for (type, numbers) in expected {
      #expect(ElementDecoder.doubles(bytes, type) == numbers, "\(type)")
      for (place, number) in numbers.enumerated() {
        var bits: UInt64 = 0
        for byte in bytes[place * type.byteCount..<(place + 1) * type.byteCount].reversed() {
          bits = bits << 8 | UInt64(byte)
        }
        #expect(ElementDecoder.value(bits, type) == number, "\(type)")
      }
    }
    let float: [UInt8] = [0xDA, 0x0F, 0x49, 0x40, 9]
    // The incomplete element at the end is left out.
    #expect(ElementDecoder.doubles(float, .f32) == [Double(Float.pi)])
    #expect(ElementDecoder.value(0x4049_0FDA, .f32) == Double(Float.pi))
  }
}
