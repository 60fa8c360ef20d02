import LFCore
import Testing

@Suite("Strict JSON")
struct JSONParserTests {
  @Test(
    "Valid texts are read",
    arguments: [
      ("null", JSONValue.null), (" [ 1 , -0.5e+3 , true ] ", [1, 0, true]),
      ("{}", [:]), ("[]", []), ("[ ]", []), ("{ }", [:]), ("\"\\u00e9\\n\"", "é\n"),
      ("\"\\ud83d\\ude00\"", "😀"), ("{\"a\":{\"b\":[{}]},\"c\":1}", ["a": ["b": [[:]]], "c": 1]),
    ] as [(String, JSONValue)])
  func valid(text: String, value: JSONValue) throws {
    let parsed = try JSONParser.parse(Array(text.utf8))
    if case .array(let items) = parsed, items.count == 3 {
      #expect(items[0] == 1)
      #expect(items[1].doubleValue == -500)
      #expect(items[2] == true)
    } else {
      #expect(parsed == value)
    }
  }

  @Test(
    "Malformed texts are refused with a code and an offset",
    arguments: [
      ("", "json.syntax", 0), ("{", "json.syntax", 1), ("[1,]", "json.syntax", 3),
      ("{\"a\":1,}", "json.syntax", 7), ("[1 2]", "json.syntax", 3), ("nul", "json.syntax", 0),
      ("01", "json.number", 1), ("-", "json.number", 1), ("1.", "json.number", 2),
      ("1e", "json.number", 2), (".5", "json.syntax", 0), ("+1", "json.syntax", 0),
      ("NaN", "json.syntax", 0), ("Infinity", "json.syntax", 0), ("'a'", "json.syntax", 0),
      ("\"a", "json.syntax", 2), ("\"\u{1}\"", "json.string", 1), ("\"\\x\"", "json.string", 2),
      ("\"\\ud800\"", "json.string", 7), ("\"\\ud800\\u0041\"", "json.string", 13),
      ("1 1", "json.trailing", 2), ("{} x", "json.trailing", 3),
      ("{\"a\":1,\"a\":2}", "json.duplicate-key", 7),
      ("{\"a\":1,\"\\u0061\":2}", "json.duplicate-key", 7), ("\u{FEFF}{}", "json.encoding", 0),
      ("{1:2}", "json.syntax", 1), ("{\"a\" 1}", "json.syntax", 5), ("[", "json.syntax", 1),
    ])
  func malformed(text: String, code: String, offset: Int) {
    let error = #expect(throws: LFError.self) { try JSONParser.parse(Array(text.utf8)) }
    #expect(error?.code == code)
    #expect(error?.location.offset == offset)
    #expect(error?.kind == .refused)
  }

  @Test("Bytes that are no UTF-8 are refused")
  func invalidUTF8() {
    for bytes: [UInt8] in [
      [0x22, 0xFF, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22],
    ] {
      let error = #expect(throws: LFError.self) { try JSONParser.parse(bytes) }
      #expect(error?.code == "json.encoding")
    }
  }

  @Test("UTF-16 is refused, with and without a mark")
  func utf16() {
    #expect(throws: LFError.self) { try JSONParser.parse([0xFF, 0xFE, 0x7B, 0, 0x7D, 0]) }
    #expect(throws: LFError.self) { try JSONParser.parse([0x7B, 0, 0x7D, 0]) }
  }

  @Test("Nesting beyond the limit is refused without using the stack")
  func depth() throws {
    let deep = [UInt8](repeating: UInt8(ascii: "["), count: 5_000_000)
    let error = #expect(throws: LFError.self) { try JSONParser.parse(deep) }
    #expect(error?.code == "json.depth")
    let allowed = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
    _ = try JSONParser.parse(Array(allowed.utf8))
  }

  @Test("Composed and decomposed keys are two keys")
  func normalization() throws {
    let object = try JSONParser.parse(Array("{\"\u{E9}\":1,\"e\u{301}\":2}".utf8)).objectValue
    #expect(object?.members.count == 2)
    #expect(object?["\u{E9}"] == 1)
    #expect(object?["e\u{301}"] == 2)
  }

  @Test("Integers are only what is written as one")
  func integers() throws {
    let items = try JSONParser.parse(Array("[2.0,1e1,-0,7,99999999999999999999]".utf8)).arrayValue
    #expect(items?.map(\.intValue) == [nil, nil, nil, 7, nil])
    #expect(items?[4].doubleValue == 1e20)
  }

  @Test("Numbers keep their spelling")
  func literals() throws {
    let text = "{\"eps\":1e-05,\"a\":0.10}"
    #expect(try JSONParser.parse(Array(text.utf8)).compact == text)
  }

  @Test("A text of many members is read in time that grows with its length")
  func wide() throws {
    let text = "{" + (0..<60_000).map { "\"t\($0)\":[0,1]" }.joined(separator: ",") + "}"
    #expect(try JSONParser.parse(Array(text.utf8)).objectValue?.members.count == 60_000)
  }

  @Test("A text has as many values as the limit says, and no more")
  func values() throws {
    var limits = Limits.standard
    limits.jsonValues = 6
    let text = Array(#"{"a":[1,2,{}],"b":""}"#.utf8)
    #expect(try JSONParser.parse(text, limits: limits).objectValue?.members.count == 2)
    limits.jsonValues = 5
    let error = #expect(throws: LFError.self) { try JSONParser.parse(text, limits: limits) }
    #expect(error?.code == "json.values")
  }

  @Test("The place of a value is found, and only there is replaced")
  func range() throws {
    let text = "{\"a\" : {\"b\": [1, {\"b\":2}] , \"c\": 12 }, \"c\":3}"
    let bytes = Array(text.utf8)
    func found(_ path: [String]) throws -> String? {
      try JSONParser.range(of: path, in: bytes).map { String(decoding: bytes[$0], as: UTF8.self) }
    }
    #expect(try found(["c"]) == "3")
    #expect(try found(["a", "c"]) == "12")
    #expect(try found(["a", "b"]) == "[1, {\"b\":2}]")
    #expect(try found(["a"]) == "{\"b\": [1, {\"b\":2}] , \"c\": 12 }")
    #expect(try found(["a", "x"]) == nil)
    #expect(try found(["b"]) == nil)
  }

  @Test("What is written reads back the same")
  func roundTrip() throws {
    let value: JSONValue = [
      "text": "a\"\\\n\t\u{1}é😀", "list": [1, true, nil, [:], []], "number": JSONValue(1e-5),
    ]
    #expect(try JSONParser.parse(Array(value.compact.utf8)) == value)
    #expect(try JSONParser.parse(Array(value.pretty.utf8)) == value)
    #expect(JSONValue(Double.nan) == .null)
  }
}
