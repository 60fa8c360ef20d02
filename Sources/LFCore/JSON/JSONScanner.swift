/// Reads a large JSON text piece by piece, where a tree of values would cost too much.
///
/// A vocabulary has 250,000 members. The scanner goes through them without
/// making a value of each; what it does not read itself is handed to the strict
/// parser as a range. It is as strict as that, and does not recurse.
package struct JSONScanner: Sendable {
  private let bytes: [UInt8]
  private let location: LFError.Location
  /// Offset of the next byte.
  package private(set) var index = 0

  /// A scanner at the beginning of a text.
  ///
  /// - Throws: `json.encoding` for a byte order mark or invalid UTF-8, `json.size`.
  package init(
    _ bytes: [UInt8], at location: LFError.Location = .init(), limits: Limits = .standard
  ) throws(LFError) {
    self.bytes = bytes
    self.location = location
    guard bytes.count <= limits.jsonBytes else {
      throw .refused(
        "json.size", at: location, expected: "at most \(limits.jsonBytes) bytes",
        found: "\(bytes.count)")
    }
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
      throw fail("json.encoding", "UTF-8 text without a byte order mark", "a byte order mark")
    }
    if let invalid = UTF8Text.firstInvalid(bytes, in: bytes.indices) {
      index = invalid
      throw fail("json.encoding", "valid UTF-8", "invalid bytes")
    }
  }

  /// The next byte that is no white space; nil at the end of the text.
  package mutating func peek() -> UInt8? {
    while index < bytes.count {
      let byte = bytes[index]
      guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return byte }
      index += 1
    }
    return nil
  }

  /// Goes through an object's members; the body reads each value.
  ///
  /// The caller checks that keys are unique.
  package mutating func object(
    _ body: (_ key: String, _ scanner: inout JSONScanner) throws(LFError) -> Void
  ) throws(LFError) {
    guard try enter("{", or: "}") else { return }
    var key: [UInt8] = []
    repeat {
      key.removeAll(keepingCapacity: true)
      try self.key(appendingTo: &key)
      try body(String(decoding: key, as: UTF8.self), &self)
    } while try next(orEnd: "}")
  }

  /// Goes through an array's items; the body reads each.
  package mutating func array(
    _ body: (_ scanner: inout JSONScanner) throws(LFError) -> Void
  ) throws(LFError) {
    guard try enter("[", or: "]") else { return }
    repeat { try body(&self) } while try next(orEnd: "]")
  }

  /// Takes the beginning of an object or array; false when it is empty and over.
  package mutating func enter(
    _ open: Unicode.Scalar, or close: Unicode.Scalar
  ) throws(LFError) -> Bool {
    guard peek() == UInt8(ascii: open) else { throw fail("json.syntax", "'\(open)'", found) }
    index += 1
    guard peek() == UInt8(ascii: close) else { return true }
    index += 1
    return false
  }

  /// Takes a comma, or the end of an object or array: then false.
  package mutating func next(orEnd end: Unicode.Scalar) throws(LFError) -> Bool {
    let byte = peek()
    guard byte == UInt8(ascii: ",") || byte == UInt8(ascii: end) else {
      throw fail("json.syntax", "',' or '\(end)'", found)
    }
    index += 1
    return byte == UInt8(ascii: ",")
  }

  /// Reads a member's key and the colon.
  package mutating func key(appendingTo key: inout [UInt8]) throws(LFError) {
    try string(appendingTo: &key)
    guard peek() == UInt8(ascii: ":") else { throw fail("json.syntax", "':'", found) }
    index += 1
  }

  /// Reads a string and appends the bytes that it stands for.
  package mutating func string(appendingTo content: inout [UInt8]) throws(LFError) {
    guard peek() == UInt8(ascii: "\"") else { throw fail("json.syntax", "a string", found) }
    index += 1
    while index < bytes.count {
      let byte = bytes[index]
      if byte == UInt8(ascii: "\"") {
        index += 1
        return
      }
      if byte == UInt8(ascii: "\\") {
        UTF8Text.append(try escape(), to: &content)
      } else if byte < 0x20 {
        throw fail("json.string", "no raw control character in a string", found)
      } else {
        content.append(byte)
        index += 1
      }
    }
    throw fail("json.syntax", "the end of a string", found)
  }

  /// Reads a whole number from 0 to 2³² − 1.
  package mutating func unsigned() throws(LFError) -> UInt32 {
    _ = peek()
    let start = index
    var value: UInt64 = 0
    while index < bytes.count, case let digit = bytes[index] &- 0x30, digit < 10 {
      value = value * 10 + UInt64(digit)
      guard value <= UInt32.max else { break }
      index += 1
    }
    let next = index < bytes.count ? bytes[index] : 0x20
    let isPlain = ![UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E")].contains(next)
    guard index > start, value <= UInt32.max, isPlain,
      !(bytes[start] == 0x30 && index - start > 1)
    else {
      index = start
      throw fail("json.number", "a whole number from 0 to \(UInt32.max)", found)
    }
    return UInt32(value)
  }

  /// The range of the next value, checked by its brackets and quotes only.
  package mutating func valueRange() throws(LFError) -> Range<Int> {
    guard let first = peek() else { throw fail("json.syntax", "a JSON value", found) }
    let start = index
    switch first {
    case UInt8(ascii: "\""): try skipString()
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      var depth = 0
      repeat {
        guard index < bytes.count else {
          throw fail("json.syntax", "the end of a value", found)
        }
        switch bytes[index] {
        case UInt8(ascii: "\""):
          try skipString()
          continue
        case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
        case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
        default: break
        }
        index += 1
      } while depth > 0
    default:
      while index < bytes.count, !",]} \n\r\t".utf8.contains(bytes[index]) { index += 1 }
    }
    return start..<index
  }

  /// Reads the next value with the strict parser.
  package mutating func value() throws(LFError) -> JSONValue {
    let range = try valueRange()
    var place = location
    place.offset = (location.offset ?? 0) + range.lowerBound
    return try JSONParser.parse(bytes[range], at: place)
  }

  /// Demands that nothing follows.
  package mutating func end() throws(LFError) {
    if peek() != nil { throw fail("json.trailing", "the end of the text", found) }
  }

  /// An error at the next byte.
  package func fail(_ code: String, _ expected: String, _ found: String? = nil) -> LFError {
    var place = location
    place.offset = (location.offset ?? 0) + index
    return .refused(code, at: place, expected: expected, found: found ?? self.found)
  }

  // MARK: Parts

  private var found: String {
    guard index < bytes.count else { return "the end of the text" }
    let byte = bytes[index]
    return (0x21..<0x7F).contains(byte)
      ? "'\(Character(UnicodeScalar(byte)))'" : "byte 0x" + String(byte, radix: 16)
  }

  private mutating func skipString() throws(LFError) {
    index += 1
    while index < bytes.count, bytes[index] != UInt8(ascii: "\"") {
      index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1
    }
    guard index < bytes.count else { throw fail("json.syntax", "the end of a string", found) }
    index += 1
  }

  private mutating func escape() throws(LFError) -> UInt32 {
    index += 1
    guard index < bytes.count else { throw fail("json.syntax", "an escape", found) }
    let byte = bytes[index]
    index += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return UInt32(byte)
    case UInt8(ascii: "b"): return 8
    case UInt8(ascii: "f"): return 12
    case UInt8(ascii: "n"): return 10
    case UInt8(ascii: "r"): return 13
    case UInt8(ascii: "t"): return 9
    case UInt8(ascii: "u"):
      let high = try hex4()
      guard (0xD800..<0xE000).contains(high) else { return high }
      guard high < 0xDC00, index + 1 < bytes.count, bytes[index] == UInt8(ascii: "\\"),
        bytes[index + 1] == UInt8(ascii: "u")
      else { throw fail("json.string", "a surrogate pair", "a lone surrogate") }
      index += 2
      let low = try hex4()
      guard (0xDC00..<0xE000).contains(low) else {
        throw fail("json.string", "a surrogate pair", "a lone surrogate")
      }
      return 0x10000 + (high - 0xD800) << 10 + (low - 0xDC00)
    default:
      index -= 1
      throw fail("json.string", "a known escape", found)
    }
  }

  private mutating func hex4() throws(LFError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard index < bytes.count,
        let digit = Character(UnicodeScalar(bytes[index])).hexDigitValue, bytes[index] < 0x80
      else { throw fail("json.string", "four hexadecimal digits", found) }
      value = value << 4 | UInt32(digit)
      index += 1
    }
    return value
  }
}

extension JSONScanner {
  /// Reads a number as the Rust library serde_json does.
  ///
  /// It rounds twice, once to take the digits and once to divide by the power
  /// of ten, so that its result can be off by one unit in the last place. Scores
  /// that are to be compared as in Hugging Face's tokenizers need the same value.
  package mutating func serdeDouble() throws(LFError) -> Double {
    _ = peek()
    let start = index
    var literal = start
    while literal < bytes.count, !",]} \n\r\t".utf8.contains(bytes[literal]) { literal += 1 }
    let isNegative = index < literal && bytes[index] == UInt8(ascii: "-")
    var place = isNegative ? index + 1 : index
    let digitsStart = place
    var significand: UInt64 = 0
    var exponent = 0
    var isFull = false
    func take(_ digit: UInt8) -> Bool {
      let (product, first) = significand.multipliedReportingOverflow(by: 10)
      let (sum, second) = product.addingReportingOverflow(UInt64(digit))
      if first || second { return false }
      significand = sum
      return true
    }
    while place < literal, case let digit = bytes[place] &- 0x30, digit < 10 {
      if isFull || !take(digit) {
        isFull = true
        exponent += 1
      }
      place += 1
    }
    var isValid =
      place > digitsStart && !(bytes[digitsStart] == 0x30 && place - digitsStart > 1)
    if place < literal, bytes[place] == UInt8(ascii: ".") {
      place += 1
      let fraction = place
      while place < literal, case let digit = bytes[place] &- 0x30, digit < 10 {
        if !isFull, take(digit) { exponent -= 1 } else { isFull = true }
        place += 1
      }
      isValid = isValid && place > fraction
    }
    if place < literal, bytes[place] | 0x20 == UInt8(ascii: "e") {
      place += 1
      var isDown = false
      if place < literal, bytes[place] == UInt8(ascii: "+") || bytes[place] == UInt8(ascii: "-") {
        isDown = bytes[place] == UInt8(ascii: "-")
        place += 1
      }
      let digits = place
      var written = 0
      while place < literal, case let digit = bytes[place] &- 0x30, digit < 10 {
        written = min(written * 10 + Int(digit), 1_000_000)
        place += 1
      }
      isValid = isValid && place > digits
      exponent += isDown ? -written : written
    }
    guard isValid, place == literal else { throw fail("json.number", "a number") }
    var value = Double(significand)
    while exponent < -308, value != 0 {
      value /= 1e308
      exponent += 308
    }
    if value != 0 {
      guard exponent <= 308 else { throw fail("json.number", "a finite number") }
      let power = Self.power(abs(max(exponent, -308)))
      value = exponent >= 0 ? value * power : value / power
    }
    guard value.isFinite else { throw fail("json.number", "a finite number") }
    index = literal
    return isNegative ? -value : value
  }

  private static let powers: [Double] = (0...308).map { Double("1e\($0)") ?? .infinity }

  private static func power(_ exponent: Int) -> Double { powers[exponent] }
}
