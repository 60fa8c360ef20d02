import LFCore

extension Normalizer {
  /// Reads a `normalizer`; nil for null.
  static func read(
    _ value: JSONValue, path: String, depth: Int = 0
  ) throws(LFError) -> Normalizer? {
    if value == .null { return nil }
    var reader = try ComponentReader(value, path: path)
    let type = try reader.type()
    let result: Normalizer
    switch type {
    case "NFC", "NFD", "NFKC", "NFKD":
      result = .form(NormalizationForm(rawValue: type) ?? .nfc)
    case "BertNormalizer":
      result = .bert(
        BertNormalizer(
          cleansText: try reader.bool("clean_text"),
          separatesChinese: try reader.bool("handle_chinese_chars"),
          stripsAccents: try reader.optionalBool("strip_accents"),
          lowercases: try reader.bool("lowercase")))
    case "Lowercase": result = .lowercase
    case "StripAccents": result = .stripAccents
    case "Nmt": result = .nmt
    case "ByteLevel": result = .byteLevel
    case "Strip":
      result = .strip(
        left: try reader.bool("strip_left"), right: try reader.bool("strip_right"))
    case "Prepend": result = .prepend(Array(try reader.string("prepend").utf8))
    case "Replace":
      let pattern = try TextPattern.read(try reader.value("pattern"), path: path + ".pattern")
      result = .replace(pattern, with: Array(try reader.string("content").utf8))
    case "Precompiled":
      let text = try reader.string("precompiled_charsmap")
      guard let bytes = Base64.decoded(text) else {
        throw ComponentReader.malformed(
          path + ".precompiled_charsmap", "base64", "other characters")
      }
      do throws(LFError) {
        result = .precompiled(try CharacterMap(bytes))
      } catch {
        throw error.located(entry: path + ".precompiled_charsmap")
      }
    case "Sequence":
      result = .sequence(
        try reader.sequence("normalizers", depth: depth) { (part, path, depth) throws(LFError) in
          try read(part, path: path, depth: depth)
        })
    default:
      throw ComponentReader.unknown(
        path + ".type", "the normalizer \"\(printable(type, limit: 60))\" is not known")
    }
    try reader.finish()
    return result
  }
}

extension TextPattern {
  /// Reads `{"String": …}` or `{"Regex": …}`.
  static func read(_ value: JSONValue, path: String) throws(LFError) -> TextPattern {
    guard let object = value.objectValue, object.members.count == 1,
      let member = object.members.first, let text = member.value.stringValue, !text.isEmpty
    else {
      throw ComponentReader.malformed(
        path, "one of String and Regex with a text that is not empty", value.kindName)
    }
    switch member.key {
    case "String": return .literal(Array(text.utf8))
    case "Regex":
      if text == GPT2Pattern.source { return .gpt2 }
      do throws(LFError) {
        return .expression(try RegularExpressionParser.parse(text))
      } catch {
        throw error.located(entry: path + ".Regex")
      }
    default:
      throw ComponentReader.unknown(
        path, "the pattern \"\(printable(member.key, limit: 60))\" is not known")
    }
  }
}

/// Base64 as RFC 4648 has it, with padding.
enum Base64 {
  private static let values: [UInt8] = {
    var result = [UInt8](repeating: 0xFF, count: 256)
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    for (value, byte) in alphabet.utf8.enumerated() { result[Int(byte)] = UInt8(value) }
    return result
  }()

  /// The bytes, nil when the text is malformed.
  static func decoded(_ text: String) -> [UInt8]? {
    var digits = Array(text.utf8)
    guard digits.count % 4 == 0 else { return nil }
    for _ in 0..<2 where digits.last == UInt8(ascii: "=") { digits.removeLast() }
    let table = values
    var result: [UInt8] = []
    result.reserveCapacity(digits.count / 4 * 3 + 3)
    var bits: UInt32 = 0
    var count = 0
    for digit in digits {
      let value = table[Int(digit)]
      guard value < 64 else { return nil }
      bits = bits << 6 | UInt32(value)
      count += 6
      if count >= 8 {
        count -= 8
        result.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
      }
    }
    // Bits that are left over have to be zero.
    return count < 6 && bits & (1 << UInt32(count) - 1) == 0 ? result : nil
  }
}
