/// Name, element type and shape of a tensor, without its values.
public struct TensorDescriptor: Hashable, Sendable {
  /// The name, unique in its source.
  public let name: TensorName
  /// The type of its elements.
  public let elementType: ElementType
  /// Its dimensions.
  public let shape: TensorShape

  /// A description of a tensor.
  public init(name: TensorName, elementType: ElementType, shape: TensorShape) {
    self.name = name
    self.elementType = elementType
    self.shape = shape
  }

  /// Bytes of the values; shapes are bounded so that this cannot overflow.
  @inlinable public var byteCount: Int { shape.elementCount * elementType.byteCount }

  /// Bytes of one row, that is of one index of the first dimension.
  public var rowByteCount: Int {
    shape.dimensions.dropFirst().reduce(elementType.byteCount, *)
  }

  /// The same tensor under another name.
  public func renamed(_ name: TensorName) -> TensorDescriptor {
    TensorDescriptor(name: name, elementType: elementType, shape: shape)
  }
}

extension TensorDescriptor {
  /// Checks that a caller stays inside the tensor it asks for.
  ///
  /// After its end lie the bytes of another tensor, which would be wrong
  /// numbers without any sign of it.
  ///
  /// - Throws: `internal.read-range`.
  package func checkRange(at offset: Int, count: Int) throws(LFError) {
    guard offset >= 0, offset <= byteCount, count <= byteCount - offset else {
      throw LFError(
        .internal, "internal.read-range",
        "bytes \(offset)+\(count) asked of a tensor of \(byteCount)", at: .init(entry: name.text))
    }
  }
}
