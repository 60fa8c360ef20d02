import TensorCore

/// A source whose floating-point tensors are read in another element type,
/// rounded to nearest, ties to even.
struct ConvertedSource: TensorSource {
  let base: any TensorSource
  let tensors: [TensorDescriptor]

  /// Presents every floating-point tensor of `base` as `type`.
  init(_ base: any TensorSource, to type: ElementType) {
    self.base = base
    tensors = base.tensors.map { tensor in
      tensor.elementType.isFloatingPoint
        ? TensorDescriptor(name: tensor.name, elementType: type, shape: tensor.shape) : tensor
    }
  }

  func read(
    _ index: Int, at offset: Int, into buffer: inout MutableRawSpan
  ) throws(LFError) {
    let from = base.tensors[index].elementType
    let to = tensors[index].elementType
    guard from != to else { return try base.read(index, at: offset, into: &buffer) }
    // Whole elements around the range that is asked for.
    let first = offset / to.byteCount
    let end = (offset + buffer.byteCount + to.byteCount - 1) / to.byteCount
    let block = 65_536
    var element = first
    while element < end {
      let count = min(block, end - element)
      let range = element * from.byteCount..<(element + count) * from.byteCount
      let converted = try convert(try base.bytes(index, range: range), from, to, index)
      let start = max(offset, element * to.byteCount)
      let stop = min(offset + buffer.byteCount, (element + count) * to.byteCount)
      let low = start - element * to.byteCount
      buffer.copy(converted[low..<low + stop - start], at: start - offset)
      element += count
    }
  }

  private func convert(
    _ bytes: [UInt8], _ from: ElementType, _ to: ElementType, _ index: Int
  ) throws(LFError) -> [UInt8] {
    var cursor = ByteCursor(bytes[...])
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count / from.byteCount * to.byteCount)
    while cursor.remaining > 0 {
      let value: Double
      switch from {
      case .f64: value = Double(bitPattern: try cursor.integer())
      case .f32: value = Double(Float(bitPattern: try cursor.integer()))
      case .f16: value = Double(Float16(bitPattern: try cursor.integer()))
      default: value = Double(Float(bitPattern: UInt32(try cursor.integer(UInt16.self)) << 16))
      }
      let isFinite: Bool
      switch to {
      case .f64:
        isFinite = true
        result.append(littleEndian: value.bitPattern)
      case .f32:
        isFinite = Float(value).isFinite
        result.append(littleEndian: Float(value).bitPattern)
      case .f16:
        isFinite = Float16(value).isFinite
        result.append(littleEndian: Float16(value).bitPattern)
      default:
        let bits = Self.bfloat16(value)
        isFinite = bits & 0x7F80 != 0x7F80
        result.append(littleEndian: bits)
      }
      guard isFinite || !value.isFinite else {
        throw .refused(
          "convert.overflow", at: .init(entry: tensors[index].name.text),
          expected: "values that \(to.rawValue) can hold", found: "\(value)",
          hint: "bf16 has the range of f32")
      }
    }
    return result
  }

  /// The nearest bfloat16, ties to even.
  static func bfloat16(_ value: Double) -> UInt16 {
    let rounded = Float(value)
    guard rounded.isFinite else {
      // The top bit of a NaN's payload stays set, so that it stays a NaN.
      return UInt16(truncatingIfNeeded: rounded.bitPattern >> 16) | (rounded.isNaN ? 0x40 : 0)
    }
    var bits = rounded.bitPattern
    // A tie made by the first rounding is none: lean to where the value lies.
    if bits & 0xFFFF == 0x8000, Double(rounded) != value {
      bits = abs(value) > Double(abs(rounded)) ? bits + 1 : bits - 1
    }
    return UInt16(truncatingIfNeeded: (bits + 0x7FFF + (bits >> 16 & 1)) >> 16)
  }
}
