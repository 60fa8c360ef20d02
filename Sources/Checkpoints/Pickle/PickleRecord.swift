/// What a pickle asks to be called, written down instead.
struct PickleRecord: Sendable {
  /// What would be called: a global, another record, or a class that was
  /// put aside with its source code.
  let callable: PickleReference
  /// The arguments: a tuple.
  let arguments: PickleReference
  /// Keyword arguments, where the stream has any.
  var keywords: PickleReference?
  /// What would be set on the object: its attributes, as a rule.
  var states: [PickleReference] = []
  /// What would be appended to the object.
  var items: [PickleReference] = []
  /// What would be stored in the object under keys.
  var pairs: [(key: PickleReference, value: PickleReference)] = []
}
