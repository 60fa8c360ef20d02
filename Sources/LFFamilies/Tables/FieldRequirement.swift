import LFCore

/// A field that a model of a family has to have, because its tensors alone do
/// not tell that it computes something else.
struct FieldRequirement: Sendable {
  /// What the field has to be.
  private enum Wanted: Sendable {
    case value(JSONValue)
    case sameAs(String)
  }

  private let field: String
  private let wanted: Wanted
  private let reason: String

  /// Reads `{"field": …, "value": …, "reason": …}`, or `same_as` with another
  /// field in place of `value`.
  init(_ fields: TableFields) throws(LFError) {
    try fields.allow(["field", "value", "same_as", "reason"])
    field = try fields.text("field")
    reason = try fields.text("reason")
    switch (fields.object["value"], try fields.optionalText("same_as")) {
    case (let value?, nil): wanted = .value(value)
    case (nil, let other?): wanted = .sameAs(other)
    default: throw fields.broken("value", "a value, or same_as in its place")
    }
  }

  /// Refuses a configuration with another value. A field that neither it nor
  /// the family's defaults have counts as fitting.
  ///
  /// - Throws: `model.unsupported` with the field and the reason.
  func check(_ configuration: ConfigurationFields) throws(LFError) {
    guard let found = configuration.value(field) else { return }
    let expected: JSONValue? =
      switch wanted {
      case .value(let value): value
      case .sameAs(let other): configuration.value(other)
      }
    guard let expected, found != expected else { return }
    throw .unsupported(
      "model.unsupported", at: configuration.location(field),
      "\(field) is \(printable(found.compact, limit: 60)), not "
        + "\(printable(expected.compact, limit: 60)): \(reason)")
  }
}
