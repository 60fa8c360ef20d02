import LFCore

/// Tensors in memory.
struct MemorySource: TensorSource {
  var tensors: [TensorDescriptor] = []
  var values: [[UInt8]] = []

  /// Adds a tensor; one dimension unless a shape is given.
  mutating func add(
    _ name: String, _ type: ElementType, _ bytes: [UInt8], shape: [Int]? = nil
  ) throws {
    let shape = try TensorShape(shape ?? [bytes.count / type.byteCount])
    precondition(shape.elementCount * type.byteCount == bytes.count)
    tensors.append(TensorDescriptor(name: TensorName(name), elementType: type, shape: shape))
    values.append(bytes)
  }

  func read(
    _ index: Int, at offset: Int, into buffer: inout MutableRawSpan
  ) throws(LFError) {
    buffer.copy(values[index][offset..<offset + buffer.byteCount])
  }

  /// Every tensor as a copy of itself.
  func copies() throws -> [ComposedTensor] {
    try tensors.enumerated().map { index, tensor in
      try ComposedTensor(
        tensor, parts: [.init(.source(index: index, range: 0..<tensor.byteCount))])
    }
  }

  /// One tensor put together from parts of this source.
  func composed(
    _ name: String, _ type: ElementType, _ shape: [Int], _ parts: [ComposedTensor.Part],
    tiedTo: TensorName? = nil
  ) throws -> ComposedTensor {
    try ComposedTensor(
      TensorDescriptor(name: TensorName(name), elementType: type, shape: TensorShape(shape)),
      parts: parts, tiedTo: tiedTo)
  }
}
