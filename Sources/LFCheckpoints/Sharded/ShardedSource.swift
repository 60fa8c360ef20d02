import LFCore

/// The tensors of several files, one after the other.
struct ShardedSource: TensorSource {
  let tensors: [TensorDescriptor]
  private let parts: [any TensorSource]
  private let places: [(part: Int, index: Int)]

  init(_ parts: [any TensorSource]) {
    self.parts = parts
    tensors = parts.flatMap(\.tensors)
    places = parts.enumerated().flatMap { part in
      part.element.tensors.indices.map { (part.offset, $0) }
    }
  }

  func read(
    _ index: Int, at offset: Int, into buffer: inout MutableRawSpan
  ) throws(LFError) {
    let place = places[index]
    try parts[place.part].read(place.index, at: offset, into: &buffer)
  }
}
