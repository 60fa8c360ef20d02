/// The place of a value in a pickle's arena.
struct PickleReference: Hashable, Sendable {
  let position: Int32
}
