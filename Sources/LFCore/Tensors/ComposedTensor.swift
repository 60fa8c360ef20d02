/// A tensor that is put together from ranges of a source's tensors.
///
/// The conversion is described entirely by such tensors: a copy is one part, a
/// tiled position table three. A container can store each distinct part once.
public struct ComposedTensor: Sendable, Equatable {
  /// Where the bytes of a part come from.
  public enum Content: Sendable, Hashable {
    /// Bytes `range` of the source's tensor `index`.
    case source(index: Int, range: Range<Int>)
    /// That many zero bytes.
    case zeros(Int)

    /// Bytes of the content, once.
    @inlinable public var byteCount: Int {
      switch self {
      case .source(_, let range): range.count
      case .zeros(let count): count
      }
    }
  }

  /// A content, repeated.
  public struct Part: Sendable, Equatable {
    /// What is repeated.
    public let content: Content
    /// How often; 1 for a plain copy.
    public let repeats: Int

    /// `content`, `repeats` times in a row.
    public init(_ content: Content, repeats: Int = 1) {
      self.content = content
      self.repeats = repeats
    }

    /// Bytes of all repetitions.
    @inlinable public var byteCount: Int { content.byteCount * repeats }
  }

  /// Its name, element type and shape.
  public let descriptor: TensorDescriptor
  /// The parts, in order; their bytes add up to the descriptor's.
  public let parts: [Part]
  /// The tensor that this one is by the model's meaning (a decoder tied to the
  /// word embeddings), as opposed to one that merely has equal values.
  public let tiedTo: TensorName?

  /// A tensor made of parts.
  ///
  /// - Throws: `internal.composed-tensor` when the parts do not add up.
  public init(
    _ descriptor: TensorDescriptor, parts: [Part], tiedTo: TensorName? = nil
  ) throws(LFError) {
    let total = parts.reduce(0) { $0 + $1.byteCount }
    guard total == descriptor.byteCount else {
      throw LFError(
        .internal, "internal.composed-tensor",
        "parts of \(descriptor.name) have \(total) of \(descriptor.byteCount) bytes")
    }
    self.descriptor = descriptor
    self.parts = parts.filter { $0.byteCount > 0 }
    self.tiedTo = tiedTo
  }
}

/// Composed tensors read through to the source they are made from.
public struct ComposedSource: TensorSource {
  /// The source that the parts point into.
  public let base: any TensorSource
  /// What is presented.
  public let composed: [ComposedTensor]

  /// The composed tensors.
  public let tensors: [TensorDescriptor]

  /// Presents `composed`, whose parts point into `base`.
  public init(base: any TensorSource, composed: [ComposedTensor]) {
    self.base = base
    self.composed = composed
    tensors = composed.map(\.descriptor)
  }

  /// Reads the parts that the range touches, as `TensorSource` demands.
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

  /// That of the base's tensor, for what is one range of it.
  public func place(_ index: Int) -> StoragePlace? {
    guard let part = composed[index].parts.first, composed[index].parts.count == 1,
      part.repeats == 1, case .source(let tensor, let range) = part.content
    else { return nil }
    return base.place(tensor)?.inside(range.lowerBound, range.count)
  }
}
