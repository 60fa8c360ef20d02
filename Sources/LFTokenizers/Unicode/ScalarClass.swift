/// What characters are, as the Rust libraries under Hugging Face's tokenizers see them.
///
/// The general categories come from the Swift standard library; where those
/// libraries keep tables of an older Unicode version, this says which
/// characters they do not know yet (Specs/tokenizers.md).
enum ScalarClass {
  /// The property White_Space, the same in every Unicode version since 6.3.
  @inline(__always)
  static func isWhitespace(_ scalar: UInt32) -> Bool {
    if scalar < 0x80 { return scalar == 0x20 || (scalar >= 9 && scalar <= 13) }
    switch scalar {
    case 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000: return true
    default: return false
    }
  }

  /// ASCII punctuation and symbols.
  @inline(__always)
  static func isASCIIPunctuation(_ scalar: UInt32) -> Bool {
    switch scalar {
    case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: return true
    default: return false
    }
  }

  /// Punctuation by ASCII or by the categories P*.
  @inline(__always)
  static func isPunctuation(_ scalar: UInt32) -> Bool {
    if scalar < 0x80 { return isASCIIPunctuation(scalar) }
    return isOldPunctuation(scalar)
  }

  /// The categories N*, as Rust's `char::is_numeric` has them.
  static func isNumeric(_ scalar: UInt32) -> Bool {
    if scalar < 0x80 { return scalar >= 0x30 && scalar <= 0x39 }
    switch category(scalar) {
    case .decimalNumber, .letterNumber, .otherNumber: return true
    default: return false
    }
  }

  /// The categories L*, as regular expressions have them.
  static func isLetter(_ scalar: UInt32) -> Bool {
    if scalar < 0x80 {
      let lower = scalar | 0x20
      return lower >= 0x61 && lower <= 0x7A
    }
    switch expressionCategory(scalar) {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
      return true
    default: return false
    }
  }

  /// `\w` of Rust's `regex`: Alphabetic, marks, decimal numbers, connecting
  /// punctuation and the joiners.
  static func isWord(_ scalar: UInt32) -> Bool {
    if scalar < 0x80 { return isLetter(scalar) || isNumeric(scalar) || scalar == 0x5F }
    if scalar == 0x200C || scalar == 0x200D { return true }
    guard let value = Unicode.Scalar(scalar), isKnown(scalar, in: 16) else { return false }
    switch value.properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .connectorPunctuation:
      return true
    default: return value.properties.isAlphabetic
    }
  }

  /// Categories Cc, Cf and Co, which BERT's clean-up removes.
  static func isControl(_ scalar: UInt32) -> Bool {
    if scalar < 0x80 { return scalar < 0x20 || scalar == 0x7F }
    switch oldCategory(scalar) {
    case .control, .format, .privateUse: return true
    default: return false
    }
  }

  /// The category Mn, which BERT's normalizer removes after decomposition.
  static func isNonspacingMark(_ scalar: UInt32) -> Bool {
    scalar >= 0x300 && oldCategory(scalar) == .nonspacingMark
  }

  /// The categories M*, which StripAccents removes.
  static func isCombiningMark(_ scalar: UInt32) -> Bool {
    guard scalar >= 0x300 else { return false }
    switch (scalar, category(scalar)) {
    // Characters whose category has changed since Unicode 9.
    case (0x1CF2, _), (0x1CF3, _): return true
    case (0x111C9, _): return false
    case (_, .nonspacingMark), (_, .spacingMark), (_, .enclosingMark):
      return isKnown(scalar, in: 9)
    default: return false
    }
  }

  /// Chinese characters, by the blocks that BERT's tokenizer lists.
  @inline(__always)
  static func isChinese(_ scalar: UInt32) -> Bool {
    switch scalar {
    case 0x4E00...0x9FFF, 0x3400...0x4DBF, 0x20000...0x2A6DF, 0x2A700...0x2B73F,
      0x2B740...0x2B81F, 0x2B920...0x2CEAF, 0xF900...0xFAFF, 0x2F800...0x2FA1F:
      return true
    default: return false
    }
  }

  @inline(__always)
  static func category(_ scalar: UInt32) -> Unicode.GeneralCategory {
    Unicode.Scalar(scalar)?.properties.generalCategory ?? .surrogate
  }

  private static func isOldPunctuation(_ scalar: UInt32) -> Bool {
    switch oldCategory(scalar) {
    case .connectorPunctuation, .dashPunctuation, .closePunctuation, .finalPunctuation,
      .initialPunctuation, .otherPunctuation, .openPunctuation:
      return true
    default: return false
    }
  }

  /// The category in the tables of the crate `unicode_categories`, of Unicode 8.
  private static func oldCategory(_ scalar: UInt32) -> Unicode.GeneralCategory {
    switch scalar {
    // Characters whose category has changed since.
    case 0x166D, 0x111C9: .otherPunctuation
    case 0x1734, 0x1171E: .nonspacingMark
    case 0x1885, 0x1886: .otherLetter
    case 0xA9BD: .spacingMark
    default: isKnown(scalar, in: 8) ? category(scalar) : .unassigned
    }
  }

  /// The category in the tables of Oniguruma and of Rust's `regex`, of Unicode 16.
  @inline(__always)
  static func expressionCategory(_ scalar: UInt32) -> Unicode.GeneralCategory {
    // A lower-case letter until Unicode 17.
    if scalar == 0x295 { return .lowercaseLetter }
    return isKnown(scalar, in: 16) ? category(scalar) : .unassigned
  }

  /// Whether a character was there in a version of Unicode.
  @inline(__always)
  static func isKnown(_ scalar: UInt32, in version: Int) -> Bool {
    switch scalar {
    // Letters of the first versions, most of the text there is.
    case 0..<0x250, 0x391..<0x3CF, 0x400..<0x482, 0x5D0..<0x5EB, 0x621..<0x63B, 0x3041..<0x3095,
      0x4E00..<0x9FA6, 0xAC00..<0xD7A4:
      return true
    default:
      guard let age = Unicode.Scalar(scalar)?.properties.age else { return false }
      return age.major < version || (age.major == version && age.minor == 0)
    }
  }
}
