import LFCore
import TestSupport

extension MemorySource {
  /// Adds a tensor of a float type; `values` must be representable in it.
  mutating func add(_ name: String, _ shape: [Int], _ values: [Float], _ type: ElementType) throws {
    let bytes: [UInt8] =
      switch type {
      case .f64: values.map { Double($0) }.memory
      case .f32: values.memory
      case .bf16: values.map { UInt16($0.bitPattern >> 16) }.memory
      case .f16: values.map { HalfPrecision.bits($0) }.memory
      default: fatalError("not a float type")
      }
    try add(name, type, bytes, shape: shape)
  }
}
