/// A number exactly as it stands in a JSON text.
public struct JSONNumber: Sendable, Equatable {
  /// The text, valid by JSON's grammar.
  public let literal: String

  /// The number of a literal that a parser has checked.
  init(checked literal: String) { self.literal = literal }

  /// An integer.
  public init(_ value: some FixedWidthInteger) { literal = String(value) }

  /// A finite number, in the shortest form that reads back the same.
  public init(_ value: Double) { literal = value.description }

  /// The integer, only when it is written as one: `2.0` and `1e1` are not.
  public var int: Int? { literal == "-0" ? nil : Int(literal) }

  /// The nearest binary floating-point number.
  public var double: Double? { Double(literal) }
}
