import LFCore
import TestSupport

extension MemorySource {
  /// Adds a tensor of a float type; `values` must be representable in it.
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
    try add(name, type, bytes, shape: shape)
  }
}
