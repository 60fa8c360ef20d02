public import TensorCore

extension LFZReader {
  /// How a tensor is stored, as ranges of the tensor itself: a table that is
  /// stored as one repeated part can be written on as one.
  public func parts(of index: Int) -> [ComposedTensor.Part] {
    var uses: [Int: (start: Int, unit: Int)] = [:]
    var offset = 0
    return self.index.tensors[index].parts.map { part in
      // A beginning of a blob that came before is a beginning of that place.
      let earlier = uses[part.blob].flatMap { $0.unit >= part.unit ? $0.start : nil }
      let start = earlier ?? offset
      if earlier == nil { uses[part.blob] = (offset, part.unit) }
      offset += part.byteCount
      return ComposedTensor.Part(
        .source(index: index, range: start..<start + part.unit), repeats: part.repeats)
    }
  }
}
