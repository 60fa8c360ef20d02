import LFCore

/// A source that refuses to hand out weights that are no numbers.
///
/// What reads every weight once anyway, as a conversion does, looks for NaN
/// and infinity while the bytes are in the cache.
struct FiniteSource: TensorSource {
  private let base: any TensorSource
  /// The file to name in an error.
  private let file: String

  var tensors: [TensorDescriptor] { base.tensors }

  init(_ base: any TensorSource, file: String) {
    self.base = base
    self.file = file
  }

  /// - Throws: `weights.nonfinite` with the tensor and the element, or an error
  ///   of the source.
  func read(_ index: Int, at offset: Int, into buffer: inout MutableRawSpan) throws(LFError) {
    try base.read(index, at: offset, into: &buffer)
    let tensor = tensors[index]
    let size = tensor.elementType.byteCount
    let lead = offset % size
    if lead == 0, buffer.byteCount % size == 0 {
      try check(buffer.bytes, of: tensor, from: offset)
      return
    }
    // A range that splits elements: look at whole ones.
    let last = (offset + buffer.byteCount + size - 1) / size * size
    let whole = try base.bytes(index, range: offset - lead..<last)
    // Every byte pattern is a valid UInt8.
    try check(unsafe whole.span.bytes, of: tensor, from: offset - lead)
  }

  private func check(
    _ bytes: RawSpan, of tensor: TensorDescriptor, from offset: Int
  ) throws(LFError) {
    guard let place = FiniteWeights.firstNonfinite(bytes, tensor.elementType) else { return }
    throw FiniteWeights.refusal(tensor, element: offset / tensor.elementType.byteCount + place)
      .located(file: file)
  }
}
