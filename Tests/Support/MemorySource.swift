public import LFCore

/// Tensors in memory.
public struct MemorySource: TensorSource {
  public var tensors: [TensorDescriptor] = []
  public var values: [[UInt8]] = []

  public init() {}

  /// Adds a tensor; one dimension unless a shape is given.
  public mutating func add(
    _ name: String, _ type: ElementType, _ bytes: [UInt8], shape: [Int]? = nil
  ) throws {
    let shape = try TensorShape(shape ?? [bytes.count / type.byteCount])
    precondition(shape.elementCount * type.byteCount == bytes.count)
    tensors.append(TensorDescriptor(name: TensorName(name), elementType: type, shape: shape))
    values.append(bytes)
  }

  public func read(
    _ index: Int, at offset: Int, into buffer: inout MutableRawSpan
  ) throws(LFError) {
    try tensors[index].checkRange(at: offset, count: buffer.byteCount)
    buffer.copy(values[index][offset..<offset + buffer.byteCount])
  }

  /// Every tensor as a copy of itself.
  public func copies() throws -> [ComposedTensor] {
    try tensors.enumerated().map { index, tensor in
      try ComposedTensor(
        tensor, parts: [.init(.source(index: index, range: 0..<tensor.byteCount))])
    }
  }

  /// One tensor put together from parts of this source.
  public func composed(
    _ name: String, _ type: ElementType, _ shape: [Int], _ parts: [ComposedTensor.Part],
    tiedTo: TensorName? = nil
  ) throws -> ComposedTensor {
    try ComposedTensor(
      TensorDescriptor(name: TensorName(name), elementType: type, shape: TensorShape(shape)),
      parts: parts, tiedTo: tiedTo)
  }
}

extension MemorySource {
  /// One tensor of each element type and of several sizes, none of which holds
  /// a NaN or an infinity: what the contract of sources is tried on.
  public static func everyElementType() throws -> MemorySource {
    var source = MemorySource()
    for type in ElementType.allCases {
      for elements in [0, 1, 5, 700] {
        // The upper byte of an element stays below the exponents of NaN.
        let bytes = (0..<elements * type.byteCount).map { UInt8($0 * 37 % 61) }
        try source.add("\(type.rawValue).\(elements)", type, bytes)
      }
    }
    return source
  }
}
