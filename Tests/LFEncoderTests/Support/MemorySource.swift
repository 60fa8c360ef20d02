import LFCore

/// Tensors in memory, each in a float type of its own.
struct MemorySource: TensorSource {
  private(set) var tensors: [TensorDescriptor] = []
  private var contents: [[UInt8]] = []

  /// Adds a tensor; `values` must be representable in `type`.
  mutating func add(_ name: String, _ shape: [Int], _ values: [Float], _ type: ElementType) throws {
    var bytes: [UInt8] = []
    for value in values {
      switch type {
      case .f64: bytes.append(littleEndian: Double(value).bitPattern)
      case .f32: bytes.append(littleEndian: value.bitPattern)
      case .bf16: bytes.append(littleEndian: UInt16(value.bitPattern >> 16))
      case .f16: bytes.append(littleEndian: HalfPrecision.bits(value))
      default: fatalError("not a float type")
      }
    }
    try add(name, shape, type, bytes)
  }

  /// Adds a tensor as it is stored.
  mutating func add(_ name: String, _ shape: [Int], _ type: ElementType, _ bytes: [UInt8]) throws {
    tensors.append(
      TensorDescriptor(
        name: TensorName(name), elementType: type, shape: try TensorShape(shape)))
    contents.append(bytes)
  }

  func read(_ index: Int, at offset: Int, into buffer: inout MutableRawSpan) throws(LFError) {
    buffer.copy(contents[index][offset..<offset + buffer.byteCount])
  }
}
