import TensorCore

/// A source whose floating-point tensors are read in another element type,
/// rounded to nearest, ties to even.
struct ConvertedSource: TensorSource {
  let base: any TensorSource
  let tensors: [TensorDescriptor]
  /// Filled while the source is read.
  let loss: RoundingLoss
  private let allowsOverflow: Bool

  /// Presents every floating-point tensor of `base` as `type`.
  ///
  /// - Parameter allowsOverflow: whether values beyond the type's range become
  ///   infinite instead of being refused.
  init(
    _ base: any TensorSource, to type: ElementType, allowsOverflow: Bool,
    loss: RoundingLoss = RoundingLoss()
  ) {
    self.base = base
    self.loss = loss
    self.allowsOverflow = allowsOverflow
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
    var relative = 0.0
    var overflow = false
    while cursor.remaining > 0 {
      let value: Double
      switch from {
      case .f64: value = Double(bitPattern: try cursor.integer())
      case .f32: value = Double(Float(bitPattern: try cursor.integer()))
      case .f16: value = Double(Float16(bitPattern: try cursor.integer()))
      default: value = Double(Float(bitPattern: UInt32(try cursor.integer(UInt16.self)) << 16))
      }
      let rounded: Double
      switch to {
      case .f64:
        rounded = value
        result.append(littleEndian: value.bitPattern)
      case .f32:
        rounded = Double(Float(value))
        result.append(littleEndian: Float(value).bitPattern)
      case .f16:
        rounded = Double(Float16(value))
        result.append(littleEndian: Float16(value).bitPattern)
      default:
        let bits = Self.bfloat16(value)
        rounded = Double(Float(bitPattern: UInt32(bits) << 16))
        result.append(littleEndian: bits)
      }
      if rounded.isFinite {
        if value != 0 { relative = max(relative, abs(rounded - value) / abs(value)) }
      } else if value.isFinite {
        guard allowsOverflow else {
          throw .refused(
            "convert.overflow", at: .init(entry: tensors[index].name.text),
            expected: "values that \(to.rawValue) can hold", found: "\(value)",
            hint: "bf16 has the range of f32; --allow-nonfinite makes them infinite")
        }
        overflow = true
      }
    }
    loss.add(relative: relative, overflow: overflow)
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
