import LFCore

/// What is done to text before it is cut: the `normalizer` of a `tokenizer.json`.
indirect enum Normalizer: Sendable {
  case form(NormalizationForm)
  case bert(BertNormalizer)
  case lowercase
  case stripAccents
  case strip(left: Bool, right: Bool)
  case replace(TextPattern, with: [UInt8])
  case prepend([UInt8])
  case byteLevel
  case nmt
  case precompiled(CharacterMap)
  case sequence([Normalizer])

  /// Changes a text.
  ///
  /// - Parameter origin: where in the input it begins.
  func apply(to text: inout AlignedText, origin: UInt32) throws(LFError) {
    switch self {
    case .form(let form): Self.normalize(&text, form, origin: origin)
    case .bert(let bert): bert.apply(to: &text, origin: origin)
    case .lowercase: Self.lowercase(&text)
    case .stripAccents: text.filter { !ScalarClass.isCombiningMark($0) }
    case .strip(let left, let right): Self.strip(&text, left: left, right: right)
    case .replace(let pattern, let content): try Self.replace(&text, pattern, content)
    case .prepend(let prefix):
      guard !text.isEmpty else { return }
      var result = AlignedText()
      result.reserve(text.count + prefix.count)
      result.appendPrefixed(prefix, text, in: 0..<text.count)
      text = result
    case .byteLevel: text.mapToByteCharacters()
    case .nmt: Self.nmt(&text)
    case .precompiled(let map): map.apply(to: &text, origin: origin)
    case .sequence(let parts): for part in parts { try part.apply(to: &text, origin: origin) }
    }
  }

  /// Brings a text into one of Unicode's normalisation forms.
  static func normalize(_ text: inout AlignedText, _ form: NormalizationForm, origin: UInt32) {
    // Below U+00A0 nothing decomposes, and below U+0300 nothing composes.
    guard !text.allBytes(in: 0..<text.count, below: 0x80) else { return }
    var output = Rewriting(text, origin: origin)
    var order = CombiningOrder(form)
    var index = 0
    while index < text.count {
      let (scalar, length) = text.scalar(at: index)
      order.put(scalar, to: &output)
      index += length
    }
    order.finish(&output)
    text = output.result
  }

  /// Lower case of each character by itself, without regard to context.
  static func lowercase(_ text: inout AlignedText) {
    if text.allBytes(in: 0..<text.count, below: 0x80) {
      text.mapBytes { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 }
      return
    }
    text.rewrite { scalar, start, end, result in
      if scalar < 0x80 {
        let lower = scalar >= 0x41 && scalar <= 0x5A ? scalar | 0x20 : scalar
        result.append(lower, start: start, end: end)
      } else if let value = Unicode.Scalar(scalar), value.properties.changesWhenLowercased {
        for part in value.properties.lowercaseMapping.unicodeScalars {
          result.append(part.value, start: start, end: end)
        }
      } else {
        result.append(scalar, start: start, end: end)
      }
    }
  }

  private static func strip(_ text: inout AlignedText, left: Bool, right: Bool) {
    var start = 0
    var end = text.count
    if left {
      while start < end, case (let scalar, let length) = text.scalar(at: start),
        ScalarClass.isWhitespace(scalar)
      { start += length }
    }
    if right {
      while end > start {
        var first = end - 1
        while first > start, text.bytes[first] & 0xC0 == 0x80 { first -= 1 }
        guard ScalarClass.isWhitespace(text.scalar(at: first).value) else { break }
        end = first
      }
    }
    guard start > 0 || end < text.count else { return }
    var result = AlignedText()
    result.append(text, in: start..<end)
    text = result
  }

  private static func replace(
    _ text: inout AlignedText, _ pattern: TextPattern, _ content: [UInt8]
  ) throws(LFError) {
    var result = AlignedText()
    result.reserve(text.count)
    for part in try pattern.parts(of: text, in: 0..<text.count) {
      if part.isMatch {
        // What is put in stands for the last character that it replaces.
        let last = part.range.upperBound - 1
        let place = last >= part.range.lowerBound ? last : max(0, last)
        for byte in content {
          result.appendByte(byte, start: text.starts[place], end: text.ends[place])
        }
      } else {
        result.append(text, in: part.range)
      }
    }
    text = result
  }

  /// The clean-up of neural machine translation models.
  private static func nmt(_ text: inout AlignedText) {
    text.rewrite { scalar, start, end, result in
      switch scalar {
      case 0x01...0x08, 0x0B, 0x0E...0x1F, 0x7F, 0x8F, 0x9F: break
      case 0x09, 0x0A, 0x0C, 0x0D, 0x1680, 0x200B...0x200F, 0x2028, 0x2029, 0x2581, 0xFEFF,
        0xFFFD:
        result.append(0x20, start: start, end: end)
      default: result.append(scalar, start: start, end: end)
      }
    }
  }
}

/// BERT's normalizer: cleans, sets Chinese characters apart, strips accents, lower-cases.
struct BertNormalizer: Sendable {
  var cleansText = true
  var separatesChinese = true
  var stripsAccents: Bool?
  var lowercases = true

  func apply(to text: inout AlignedText, origin: UInt32) {
    if isPlain(text) {
      let cleans = cleansText
      let lowers = lowercases
      text.mapBytes { byte in
        if cleans, byte < 0x20 { return 0x20 }
        return lowers && byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
      }
      return
    }
    if cleansText {
      text.rewrite { scalar, start, end, result in
        if scalar == 9 || scalar == 10 || scalar == 13 {
          result.append(0x20, start: start, end: end)
        } else if scalar != 0, scalar != 0xFFFD, !ScalarClass.isControl(scalar) {
          let isSpace = ScalarClass.isWhitespace(scalar)
          result.append(isSpace ? 0x20 : scalar, start: start, end: end)
        }
      }
    }
    if separatesChinese {
      text.rewrite { scalar, start, end, result in
        if ScalarClass.isChinese(scalar) {
          result.append(0x20, start: start, end: end)
          result.append(scalar, start: start, end: end)
          result.append(0x20, start: start, end: end)
        } else {
          result.append(scalar, start: start, end: end)
        }
      }
    }
    if stripsAccents ?? lowercases {
      Normalizer.normalize(&text, .nfd, origin: origin)
      text.filter { !ScalarClass.isNonspacingMark($0) }
    }
    if lowercases { Normalizer.lowercase(&text) }
  }

  /// Whether each byte can be mapped by itself: ASCII without control
  /// characters that would be removed.
  private func isPlain(_ text: AlignedText) -> Bool {
    for byte in text.bytes {
      if byte >= 0x7F { return false }
      if byte < 0x20, byte != 9, byte != 10, byte != 13 { return false }
    }
    return true
  }
}
