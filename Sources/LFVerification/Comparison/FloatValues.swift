import LFCore

/// Bytes of a file as numbers.
enum FloatValues {
  /// The numbers that little-endian bytes stand for; nil when the type is none
  /// of a weight.
  static func decode(_ bytes: [UInt8], _ type: ElementType) -> [Double]? {
    let starts = stride(
      from: 0, to: bytes.count / type.byteCount * type.byteCount, by: type.byteCount)
    switch type {
    case .f64: return starts.map { Double(bitPattern: word64(bytes, $0)) }
    case .f32: return starts.map { Double(Float(bitPattern: word32(bytes, $0))) }
    case .f16: return starts.map { half(UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8) }
    case .bf16:
      return starts.map {
        Double(Float(bitPattern: UInt32(bytes[$0]) << 16 | UInt32(bytes[$0 + 1]) << 24))
      }
    default: return nil
    }
  }

  // Spelled out: a loop over the bytes takes ten times as long in debug builds,
  // in which the tests read these files a thousand times.

  private static func word32(_ bytes: [UInt8], _ start: Int) -> UInt32 {
    UInt32(bytes[start]) | UInt32(bytes[start + 1]) << 8 | UInt32(bytes[start + 2]) << 16
      | UInt32(bytes[start + 3]) << 24
  }

  /// The eight bytes from `start` on, little-endian.
  static func word64(_ bytes: [UInt8], _ start: Int) -> UInt64 {
    UInt64(word32(bytes, start)) | UInt64(word32(bytes, start + 4)) << 32
  }

  /// IEEE half precision; `Float16` does not exist on every platform.
  private static func half(_ bits: UInt16) -> Double {
    let sign = bits >> 15 == 0 ? 1.0 : -1.0
    let exponent = Int(bits >> 10 & 31)
    let fraction = Double(bits & 1023)
    switch exponent {
    case 0: return sign * fraction * 0x1p-24
    case 31: return fraction == 0 ? sign * .infinity : .nan
    default:
      return sign * (1 + fraction / 1024)
        * Double(sign: .plus, exponent: exponent - 15, significand: 1)
    }
  }
}
