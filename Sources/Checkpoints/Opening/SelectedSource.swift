import TensorCore

/// Some of a source's tensors.
struct SelectedSource: TensorSource {
  let tensors: [TensorDescriptor]
  private let base: any TensorSource
  private let places: [Int]

  /// The tensors whose names are wanted, in the base's order.
  init(_ base: any TensorSource, where isWanted: (TensorName) -> Bool) {
    self.base = base
    places = base.tensors.indices.filter { isWanted(base.tensors[$0].name) }
    tensors = places.map { base.tensors[$0] }
  }

  func read(
    _ index: Int, at offset: Int, into buffer: inout MutableRawSpan
  ) throws(LFError) {
    try base.read(places[index], at: offset, into: &buffer)
  }
}
