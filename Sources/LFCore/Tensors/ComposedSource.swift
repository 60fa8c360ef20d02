/// Composed tensors read through to the source they are made from.
public struct ComposedSource: TensorSource {
  /// The source that the parts point into.
  public let base: any TensorSource
  /// What is presented.
  public let composed: [ComposedTensor]

  public let tensors: [TensorDescriptor]

  /// Presents `composed`, whose parts point into `base`.
  public init(base: any TensorSource, composed: [ComposedTensor]) {
    self.base = base
    self.composed = composed
    tensors = composed.map(\.descriptor)
  }

  public func read(
    _ index: Int, at offset: Int, into buffer: inout MutableRawSpan
  ) throws(LFError) {
    try tensors[index].checkRange(at: offset, count: buffer.byteCount)
    var partStart = 0
    var written = 0
    for part in composed[index].parts {
      let partEnd = partStart + part.byteCount
      while written < buffer.byteCount, offset + written < partEnd {
        let position = (offset + written - partStart) % part.content.byteCount
        let count = min(part.content.byteCount - position, buffer.byteCount - written)
        try buffer.withSlice(written..<written + count) { (slice) throws(LFError) in
          switch part.content {
          case .zeros: slice.fill(0)
          case .source(let tensor, let range):
            try base.read(tensor, at: range.lowerBound + position, into: &slice)
          }
        }
        written += count
      }
      partStart = partEnd
    }
  }
}
