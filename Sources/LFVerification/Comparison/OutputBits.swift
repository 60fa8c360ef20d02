import CXXHash

/// The exact bits of an output, as a digest.
struct OutputBits: Equatable, Sendable {
  /// XXH3-128 of the float32 values, little-endian, in hexadecimal: what
  /// `xxh128sum` prints for a file of them.
  let text: String

  /// Digits of the text.
  static let digits = 32

  init(of values: [Float]) {
    let patterns = values.map(\.bitPattern.littleEndian)
    // A UInt32 is four bytes, all of them initialised.
    let hash = unsafe patterns.withUnsafeBytes {
      unsafe XXH3_128bits($0.baseAddress, $0.count)
    }
    text = Self.hexadecimal(hash.high64) + Self.hexadecimal(hash.low64)
  }

  /// Nil when the text is no such digest.
  init?(_ text: String) {
    let digits = Set("0123456789abcdef")
    guard text.count == Self.digits, text.allSatisfy(digits.contains) else { return nil }
    self.text = text
  }

  private static func hexadecimal(_ number: UInt64) -> String {
    let text = String(number, radix: 16)
    return String(repeating: "0", count: Self.digits / 2 - text.count) + text
  }
}
