import LFCore

/// Steps from one user-perceived character to the next.
enum Graphemes {
  /// Gives each extended grapheme cluster of a text, in order.
  static func forEach(_ text: AlignedText, _ body: (Range<Int>) -> Void) {
    let bytes = text.bytes
    var start = 0
    var previous: UInt32 = 0
    var index = 0
    // Fed with every scalar since the last place where a break was certain.
    var recognizer = Unicode._CharacterRecognizer()
    var isFed = false
    while index < bytes.count {
      let (scalar, length) = UTF8Text.scalar(bytes, at: index)
      let isBreak: Bool
      if index == 0 {
        isBreak = true
      } else if isSimple(previous), isSimple(scalar) {
        isBreak = !(previous == 0x0D && scalar == 0x0A)
        isFed = false
      } else {
        if !isFed {
          recognizer = Unicode._CharacterRecognizer()
          _ = hasBreak(&recognizer, previous)
          isFed = true
        }
        isBreak = hasBreak(&recognizer, scalar)
      }
      if isBreak, index > 0 {
        body(start..<index)
        start = index
      }
      previous = scalar
      index += length
    }
    if start < bytes.count { body(start..<bytes.count) }
  }

  private static func hasBreak(
    _ recognizer: inout Unicode._CharacterRecognizer, _ scalar: UInt32
  ) -> Bool {
    recognizer.hasBreak(before: Unicode.Scalar(scalar) ?? "\u{FFFD}")
  }

  /// Characters that never join with each other: Latin, Greek, Cyrillic and
  /// Chinese letters without marks.
  @inline(__always)
  private static func isSimple(_ scalar: UInt32) -> Bool {
    switch scalar {
    case 0..<0x300, 0x370..<0x483, 0x48A..<0x591, 0x4E00..<0xA000: return true
    default: return false
    }
  }
}
