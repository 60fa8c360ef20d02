import LFCore

/// Bytes of a file as numbers.
enum FloatValues {
  /// The numbers that little-endian bytes stand for; nil when the type is none
  /// of a weight.
  static func decode(_ bytes: [UInt8], _ type: ElementType) -> [Double]? {
    type.isFloatingPoint ? ElementDecoder.doubles(bytes, type) : nil
  }

  /// The eight bytes from `start` on, little-endian.
  static func word64(_ bytes: [UInt8], _ start: Int) -> UInt64 {
    var word: UInt64 = 0
    for index in stride(from: 7, through: 0, by: -1) {
      word = word << 8 | UInt64(bytes[start + index])
    }
    return word
  }
}
