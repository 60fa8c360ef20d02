/// One value of a pickle.
///
/// Values refer to each other by position, not as nested enums: releasing a
/// hundred thousand nested ones would overflow the stack, and a pickle can
/// describe a cycle.
enum PickleValue: Sendable {
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
