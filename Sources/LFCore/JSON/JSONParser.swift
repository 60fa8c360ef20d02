/// A strict JSON reader for untrusted text.
///
/// It refuses what lenient readers let pass: a byte order mark, duplicate keys
/// (also when spelled with escapes), invalid UTF-8, lone surrogates, NaN and
/// Infinity, trailing text, and nesting beyond a limit. It does not recurse.
public struct JSONParser {
  private let bytes: ArraySlice<UInt8>
  private let location: LFError.Location
  private let depthLimit: Int
  private let valueLimit: Int
  private var values = 0
  private var index: Int
  /// Keys that lead to a value whose place is asked for.
  private var wanted: [String]?
  private var place: Range<Int>?

  /// Parses one JSON text (RFC 8259).
  ///
  /// - Parameter location: of the text's first byte.
  /// - Throws: `json.*` with the offset of the first wrong byte.
  public static func parse(
    _ bytes: ArraySlice<UInt8>, at location: LFError.Location = .init(),
    limits: Limits = .standard
  ) throws(LFError) -> JSONValue {
    var parser = JSONParser(bytes, location, limits)
    guard bytes.count <= limits.jsonBytes else {
      throw .refused(
        "json.size", at: location, expected: "at most \(limits.jsonBytes) bytes",
        found: "\(bytes.count)")
    }
    return try parser.document()
  }

  /// Parses a JSON text in an array.
  public static func parse(
    _ bytes: [UInt8], at location: LFError.Location = .init(), limits: Limits = .standard
  ) throws(LFError) -> JSONValue {
    try parse(bytes[...], at: location, limits: limits)
  }

  /// Where in a JSON text the value at a path of keys stands, or nil when there
  /// is none: a single value can then be replaced without touching another byte.
  public static func range(
    of path: [String], in bytes: [UInt8], at location: LFError.Location = .init()
  ) throws(LFError) -> Range<Int>? {
    var parser = JSONParser(bytes[...], location, .standard)
    parser.wanted = path
    _ = try parser.document()
    return parser.place
  }

  private init(_ bytes: ArraySlice<UInt8>, _ location: LFError.Location, _ limits: Limits) {
    self.bytes = bytes
    self.location = location
    depthLimit = limits.jsonDepth
    valueLimit = limits.jsonValues
    index = bytes.startIndex
  }

  // MARK: Structure

  /// A container that is not closed yet; changed in place, never copied.
  private struct Open {
    let start: Int
    var items: [JSONValue] = []
    var members: [(key: String, value: JSONValue)] = []
    var keys: Set<TensorName> = []
    /// The key whose value comes next; nil in an array.
    var key: String?
  }

  private mutating func document() throws(LFError) -> JSONValue {
    let marks: [[UInt8]] = [[0xEF, 0xBB, 0xBF], [0xFF, 0xFE], [0xFE, 0xFF]]
    if marks.contains(where: { bytes.starts(with: $0) }) {
      throw fail("json.encoding", "UTF-8 text without a byte order mark", "a byte order mark")
    }
    var stack: [Open] = []
    while true {
      skipSpace()
      values += 1
      guard values <= valueLimit else {
        throw fail("json.values", "at most \(valueLimit) values", "more")
      }
      var start = index
      var value: JSONValue
      if take("[") {
        skipSpace()
        if !take("]") {
          try push(Open(start: start), on: &stack)
          continue
        }
        value = .array([])
      } else if take("{") {
        skipSpace()
        if !take("}") {
          var open = Open(start: start)
          try key(of: &open)
          try push(open, on: &stack)
          continue
        }
        value = .object(JSONObject())
      } else {
        value = try scalar()
      }
      // Close as many containers as end here.
      while true {
        if let wanted, stack.count == wanted.count, zip(stack, wanted).allSatisfy({ $0.key == $1 })
        {
          place = start..<index
        }
        skipSpace()
        guard !stack.isEmpty else {
          guard index == bytes.endIndex else {
            throw fail("json.trailing", "the end of the text", found)
          }
          return value
        }
        let top = stack.count - 1
        if let key = stack[top].key {
          stack[top].members.append((key, value))
          if try comma(orEnd: UInt8(ascii: "}")) {
            try self.key(of: &stack[top])
            break
          }
          start = stack[top].start
          value = .object(JSONObject(unique: stack.removeLast().members))
        } else {
          stack[top].items.append(value)
          if try comma(orEnd: UInt8(ascii: "]")) { break }
          start = stack[top].start
          value = .array(stack.removeLast().items)
        }
      }
    }
  }

  private func push(_ open: Open, on stack: inout [Open]) throws(LFError) {
    guard stack.count < depthLimit else {
      throw fail("json.depth", "at most \(depthLimit) levels of nesting", "more")
    }
    stack.append(open)
  }

  /// Takes one character, if it comes next.
  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard peek == UInt8(ascii: character) else { return false }
    index += 1
    return true
  }

  private mutating func comma(orEnd end: UInt8) throws(LFError) -> Bool {
    guard let byte = peek, byte == end || byte == UInt8(ascii: ",") else {
      throw fail("json.syntax", "',' or '\(Character(UnicodeScalar(end)))'", found)
    }
    index += 1
    return byte != end
  }

  private mutating func key(of open: inout Open) throws(LFError) {
    skipSpace()
    let place = index
    guard peek == UInt8(ascii: "\"") else {
      throw fail("json.syntax", "a key in quotes", found)
    }
    let key = try string()
    skipSpace()
    guard peek == UInt8(ascii: ":") else { throw fail("json.syntax", "':'", found) }
    index += 1
    guard open.keys.insert(TensorName(key)).inserted else {
      index = place
      throw fail(
        "json.duplicate-key", "keys that are unique", "\"\(printable(key, limit: 80))\" twice")
    }
    open.key = key
  }

  // MARK: Scalars

  private mutating func scalar() throws(LFError) -> JSONValue {
    switch peek {
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case let byte? where byte == UInt8(ascii: "-") || Self.isDigit(byte): return try number()
    default: throw fail("json.syntax", "a JSON value", found)
    }
  }

  private mutating func word(_ text: String, _ value: JSONValue) throws(LFError) -> JSONValue {
    guard bytes[index...].starts(with: text.utf8) else {
      throw fail("json.syntax", text, found)
    }
    index += text.utf8.count
    return value
  }

  private mutating func number() throws(LFError) -> JSONValue {
    let start = index
    if peek == UInt8(ascii: "-") { index += 1 }
    if peek == UInt8(ascii: "0") { index += 1 } else { try digits() }
    if peek == UInt8(ascii: ".") {
      index += 1
      try digits()
    }
    if peek == UInt8(ascii: "e") || peek == UInt8(ascii: "E") {
      index += 1
      if peek == UInt8(ascii: "+") || peek == UInt8(ascii: "-") { index += 1 }
      try digits()
    }
    if let next = peek, Self.isDigit(next) {
      throw fail("json.number", "a number without leading zeros", found)
    }
    return .number(JSONNumber(checked: String(decoding: bytes[start..<index], as: UTF8.self)))
  }

  private mutating func digits() throws(LFError) {
    let start = index
    while let byte = peek, Self.isDigit(byte) { index += 1 }
    guard index > start else { throw fail("json.number", "a digit", found) }
  }

  private mutating func string() throws(LFError) -> String {
    index += 1
    var content: [UInt8] = []
    var run = index
    let start = index
    while true {
      guard let byte = peek else { throw fail("json.syntax", "the end of a string", found) }
      if byte == UInt8(ascii: "\"") { break }
      if byte < 0x20 {
        throw fail("json.string", "no raw control character in a string", found)
      }
      if byte == UInt8(ascii: "\\") {
        content += bytes[run..<index]
        index += 1
        content += String(try escape()).utf8
        run = index
      } else {
        index += 1
      }
    }
    content += bytes[run..<index]
    guard let text = String(validating: content, as: UTF8.self) else {
      index = start
      throw fail("json.encoding", "valid UTF-8 in a string", "invalid bytes")
    }
    index += 1
    return text
  }

  private mutating func escape() throws(LFError) -> Unicode.Scalar {
    guard let byte = peek else { throw fail("json.syntax", "an escape", found) }
    index += 1
    switch byte {
    case UInt8(ascii: "\""): return "\""
    case UInt8(ascii: "\\"): return "\\"
    case UInt8(ascii: "/"): return "/"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"):
      let high = try hex4()
      if let scalar = Unicode.Scalar(high) { return scalar }
      guard (0xD800..<0xDC00).contains(high), bytes[index...].starts(with: "\\u".utf8) else {
        throw fail("json.string", "a surrogate pair", "a lone surrogate")
      }
      index += 2
      let low = try hex4()
      guard (0xDC00..<0xE000).contains(low),
        let scalar = Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00))
      else { throw fail("json.string", "a surrogate pair", "a lone surrogate") }
      return scalar
    default:
      index -= 1
      throw fail("json.string", "a known escape", found)
    }
  }

  private mutating func hex4() throws(LFError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = peek, let digit = Character(UnicodeScalar(byte)).hexDigitValue else {
        throw fail("json.string", "four hexadecimal digits", found)
      }
      value = value << 4 | UInt32(digit)
      index += 1
    }
    return value
  }

  // MARK: Bytes

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  private var peek: UInt8? { index < bytes.endIndex ? bytes[index] : nil }

  private mutating func skipSpace() {
    while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
      index += 1
    }
  }

  private var found: String {
    guard let byte = peek else { return "the end of the text" }
    return (0x21..<0x7F).contains(byte)
      ? "'\(Character(UnicodeScalar(byte)))'" : "byte 0x" + String(byte, radix: 16)
  }

  private func fail(_ code: String, _ expected: String, _ found: String) -> LFError {
    var place = location
    place.offset = (location.offset ?? 0) + index - bytes.startIndex
    return .refused(code, at: place, expected: expected, found: found)
  }
}
