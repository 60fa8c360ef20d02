/// The name of a class or function. It is never looked up.
struct PickleGlobal: Hashable, Sendable {
  let module: String
  let name: String

  /// The name as Python writes it.
  var text: String { module + "." + name }
}
