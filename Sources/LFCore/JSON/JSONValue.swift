/// A JSON text as a value: ordered, with numbers kept as they were written.
///
/// A configuration that passes through unchanged keeps `1e-05` as `1e-05`.
public indirect enum JSONValue: Sendable, Equatable {
  case null
  case bool(Bool)
  case number(JSONNumber)
  case string(String)
  case array([JSONValue])
  case object(JSONObject)
}

extension JSONValue {
  /// The integer, when the text was written as one.
  public var intValue: Int? { if case .number(let number) = self { number.int } else { nil } }
  /// The number as binary floating point.
  public var doubleValue: Double? {
    if case .number(let number) = self { number.double } else { nil }
  }
  /// The value of true or false; nil for anything else.
  public var boolValue: Bool? { if case .bool(let value) = self { value } else { nil } }
  /// The text of a string; nil for anything else.
  public var stringValue: String? { if case .string(let text) = self { text } else { nil } }
  /// The items of an array; nil for anything else.
  public var arrayValue: [JSONValue]? { if case .array(let items) = self { items } else { nil } }
  /// The object; nil for anything else.
  public var objectValue: JSONObject? {
    if case .object(let object) = self { object } else { nil }
  }

  /// Kind of the value, for messages.
  public var kindName: String {
    switch self {
    case .null: "null"
    case .bool: "a boolean"
    case .number(let number): "the number \(number.literal)"
    case .string(let text): "the string \"\(printable(text, limit: 60))\""
    case .array: "an array"
    case .object: "an object"
    }
  }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral,
  ExpressibleByNilLiteral
{
  public init(stringLiteral text: String) { self = .string(text) }
  public init(integerLiteral value: Int) { self = .number(JSONNumber(value)) }
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  public init(arrayLiteral items: JSONValue...) { self = .array(items) }
  public init(dictionaryLiteral members: (String, JSONValue)...) {
    self = .object(JSONObject(members))
  }
  public init(nilLiteral: ()) { self = .null }

  /// An integer.
  public init(_ value: Int) { self = .number(JSONNumber(value)) }
  /// A number; null when it is not finite, which JSON cannot express.
  public init(_ value: Double) { self = value.isFinite ? .number(JSONNumber(value)) : .null }
}
