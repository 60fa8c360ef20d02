/// The place of a value in a pickle's arena.
package struct PickleReference: Hashable, Sendable {
  package let position: Int32
}

/// One value of a pickle.
///
/// Values refer to each other by position, not as nested enums: releasing a
/// hundred thousand nested ones would overflow the stack, and a pickle can
/// describe a cycle.
package enum PickleValue: Sendable {
  case none
  case bool(Bool)
  case integer(Int)
  /// An integer beyond 64 bits: where its little-endian bytes are kept.
  case long(start: Int32, count: Int32)
  case float(Double)
  /// Where the text's bytes are kept; not checked to be UTF-8 yet.
  case text(start: Int32, count: Int32)
  /// Bytes of this count. Nothing needs their content.
  case bytes(count: Int)
  /// Where the items are kept.
  case tuple(start: Int32, count: Int32)
  case list(Int32)
  case set(Int32)
  case dictionary(Int32)
  case global(Int32)
  case record(Int32)
  /// What the program that wrote the file put into another place.
  case persistent(PickleReference)
}

/// The name of a class or function. It is never looked up.
package struct PickleGlobal: Hashable, Sendable {
  package let module: String
  package let name: String

  /// The name as Python writes it.
  package var text: String { module + "." + name }
}

/// What a pickle asks to be called, written down instead.
package struct PickleRecord: Sendable {
  /// What would be called: a global, another record, or a class that was
  /// stored with its source code.
  package let callable: PickleReference
  /// The arguments: a tuple.
  package let arguments: PickleReference
  /// Keyword arguments, where the stream has any.
  package var keywords: PickleReference?
  /// What would be set on the object: its attributes, as a rule.
  package var states: [PickleReference] = []
  /// What would be appended to the object.
  package var items: [PickleReference] = []
  /// What would be stored in the object under keys.
  package var pairs: [(key: PickleReference, value: PickleReference)] = []
}
