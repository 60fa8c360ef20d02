import CXXHash
import LFCore

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
    text = hexadecimal(
      [hash.high64, hash.low64].flatMap { word in
        (0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * $0)) }
      })
  }

  /// Nil when the text is no such digest.
  init?(_ text: String) {
    let digits = Set("0123456789abcdef")
    guard text.count == Self.digits, text.allSatisfy(digits.contains) else { return nil }
    self.text = text
  }
}
