/// The numbers that little-endian elements of a tensor stand for.
///
/// The one place that knows what a half-precision number is; written without
/// `Float16`, which not every platform has.
///
/// `usableFromInline`: otherwise nothing in a package's type is inlined in other
/// modules, and a call for each element takes a quarter of a conversion's time.
@usableFromInline
package enum ElementDecoder {
  // MARK: One element

  /// The number that half-precision bits stand for; exact, and NaN for NaN.
  @inlinable
  package static func half(_ bits: UInt16) -> Float {
    let magnitude = UInt32(bits & 0x7FFF) << 13
    let sign = UInt32(bits & 0x8000) << 16
    // As the bits of a float the exponent is too small by 112.
    if bits & 0x7C00 != 0, bits & 0x7C00 != 0x7C00 {
      return Float(bitPattern: magnitude + 112 << 23 | sign)
    }
    if bits & 0x7C00 != 0 { return Float(bitPattern: magnitude | 0x7F80_0000 | sign) }
    // Multiplying turns the fractions of the smallest numbers into exponents.
    return Float(bitPattern: (Float(bitPattern: magnitude) * 0x1p112).bitPattern | sign)
  }

  /// The number that bfloat16 bits stand for: the upper half of a float.
  @inlinable
  package static func bfloat16(_ bits: UInt16) -> Float {
    Float(bitPattern: UInt32(bits) << 16)
  }

  /// The number that the lowest bits stand for; integers beyond 2⁵³ are rounded.
  @inlinable
  package static func value(_ bits: UInt64, _ type: ElementType) -> Double {
    switch type {
    case .f64: Double(bitPattern: bits)
    case .f32: Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))
    case .f16: Double(half(UInt16(truncatingIfNeeded: bits)))
    case .bf16: Double(bfloat16(UInt16(truncatingIfNeeded: bits)))
    case .i64: Double(Int64(truncatingIfNeeded: bits))
    case .i32: Double(Int32(truncatingIfNeeded: bits))
    case .i16: Double(Int16(truncatingIfNeeded: bits))
    case .i8: Double(Int8(truncatingIfNeeded: bits))
    case .u64: Double(bits)
    case .u32: Double(UInt32(truncatingIfNeeded: bits))
    case .u16: Double(UInt16(truncatingIfNeeded: bits))
    case .u8, .bool: Double(UInt8(truncatingIfNeeded: bits))
    }
  }

  // MARK: Many elements

  /// The numbers of whole elements; bytes of a last, incomplete one are left out.
  package static func doubles(_ bytes: RawSpan, _ type: ElementType) -> [Double] {
    unsafe [Double](unsafeUninitializedCapacity: bytes.byteCount / type.byteCount) {
      buffer, count in
      count = buffer.count
      unsafe decode(bytes, type, to: buffer)
    }
  }

  /// The same for bytes in an array.
  package static func doubles(_ bytes: [UInt8], _ type: ElementType) -> [Double] {
    doubles(unsafe bytes.span.bytes, type)  // a UInt8 has no invalid bytes
  }

  /// Writes the numbers of whole elements as float32, to nearest.
  ///
  /// - Parameters:
  ///   - bytes: exactly the elements that fill `floats`.
  package static func decode(
    _ bytes: RawSpan, _ type: ElementType, into floats: inout MutableSpan<Float>
  ) {
    precondition(bytes.byteCount == floats.count * type.byteCount)
    unsafe floats.withUnsafeMutableBufferPointer { unsafe decode(bytes, type, to: $0) }
  }

  private static func decode<Number: BinaryFloatingPoint>(
    _ bytes: RawSpan, _ type: ElementType, to target: UnsafeMutableBufferPointer<Number>
  ) {
    // A loop for each type, of which the compiler makes vector instructions.
    switch type {
    case .f64: unsafe map(bytes, target) { Number(Double(bitPattern: $0)) }
    case .f32: unsafe map(bytes, target) { Number(Float(bitPattern: $0)) }
    case .f16: unsafe map(bytes, target) { Number(half($0)) }
    case .bf16: unsafe map(bytes, target) { Number(bfloat16($0)) }
    case .i64: unsafe map(bytes, target) { (bits: UInt64) in Number(Int64(bitPattern: bits)) }
    case .i32: unsafe map(bytes, target) { (bits: UInt32) in Number(Int32(bitPattern: bits)) }
    case .i16: unsafe map(bytes, target) { (bits: UInt16) in Number(Int16(bitPattern: bits)) }
    case .i8: unsafe map(bytes, target) { (bits: UInt8) in Number(Int8(bitPattern: bits)) }
    case .u64: unsafe map(bytes, target) { (bits: UInt64) in Number(bits) }
    case .u32: unsafe map(bytes, target) { (bits: UInt32) in Number(bits) }
    case .u16: unsafe map(bytes, target) { (bits: UInt16) in Number(bits) }
    case .u8, .bool: unsafe map(bytes, target) { (bits: UInt8) in Number(bits) }
    }
  }

  @inline(__always)
  private static func map<Bits: FixedWidthInteger & BitwiseCopyable, Number>(
    _ bytes: RawSpan, _ target: UnsafeMutableBufferPointer<Number>, _ number: (Bits) -> Number
  ) {
    let size = Bits.bitWidth / 8
    unsafe bytes.withUnsafeBytes { source in
      for index in 0..<target.count {
        // Within bounds by the counts; every bit pattern is a valid integer.
        let bits = unsafe source.loadUnaligned(fromByteOffset: index * size, as: Bits.self)
        unsafe target.initializeElement(at: index, to: number(Bits(littleEndian: bits)))
      }
    }
  }
}
