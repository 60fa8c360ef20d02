import LFCore

/// A source with one byte changed, in memory only.
struct PatchedSource: TensorSource {
  let base: any TensorSource
  let tensor: Int
  let offset: Int
  /// Bits to flip.
  let bits: UInt8

  var tensors: [TensorDescriptor] { base.tensors }

  func read(
    _ index: Int, at start: Int, into buffer: inout MutableRawSpan
  ) throws(LFError) {
    try base.read(index, at: start, into: &buffer)
    guard index == tensor, offset >= start, offset - start < buffer.byteCount else { return }
    let old = try base.bytes(index, range: offset..<offset + 1)[0]
    try buffer.withSlice(offset - start..<offset - start + 1) { $0.fill(old ^ bits) }
  }
}
