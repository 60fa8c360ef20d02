import Foundation
import TestSupport

/// IEEE half precision, written from its definition and not from bit tricks.
enum HalfPrecision {
  /// The bit pattern of a value that half precision represents, denormals
  /// included.
  static func bits(_ value: Float) -> UInt16 {
    let sign: UInt16 = value.sign == .minus ? 0x8000 : 0
    let magnitude = Double(value.magnitude)
    if magnitude == 0 { return sign }
    let exponent = max(-14, Int(floor(log2(magnitude))))
    let fraction = magnitude / pow(2, Double(exponent))  // below 1 for denormals
    let mantissa = UInt16((fraction * 1024).rounded())
    return sign | (mantissa >= 1024 ? UInt16(exponent + 15) << 10 | (mantissa - 1024) : mantissa)
  }

  /// The nearest value that half precision represents.
  static func rounded(_ value: Float) -> Float {
    if value == 0 { return value }
    let exponent = max(-14, Int(floor(log2(Double(value.magnitude)))))
    let unit = pow(2, Double(exponent - 10))
    return Float((Double(value) / unit).rounded(.toNearestOrEven) * unit)
  }
}
