/// The nearest elements of a floating-point type, ties to even.
///
/// `usableFromInline` for the same reason as `ElementDecoder`.
@usableFromInline
package enum ElementEncoder {
  /// The bits of the element of `type` that is nearest to a number, in the lowest
  /// bits; nil for types of whole numbers.
  package static func bits(_ value: Double, _ type: ElementType) -> UInt64? {
    switch type {
    case .f64: value.bitPattern
    case .f32: UInt64(Float(value).bitPattern)
    case .f16: UInt64(Float16(value).bitPattern)
    case .bf16: UInt64(bfloat16(value))
    default: nil
    }
  }

  /// The nearest bfloat16.
  @inlinable
  package static func bfloat16(_ value: Double) -> UInt16 {
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
