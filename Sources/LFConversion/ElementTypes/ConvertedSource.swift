import LFCore

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
    try tensors[index].checkRange(at: offset, count: buffer.byteCount)
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
    let bytes = unsafe bytes.span.bytes  // every bit pattern is a valid number
    switch from {
    case .f64: return try encode(bytes, to, index) { (bits: UInt64) in Double(bitPattern: bits) }
    case .f32:
      return try encode(bytes, to, index) { (bits: UInt32) in Double(Float(bitPattern: bits)) }
    case .f16:
      return try encode(bytes, to, index) { (bits: UInt16) in Double(ElementDecoder.half(bits)) }
    default:
      return try encode(bytes, to, index) { (bits: UInt16) in
        Double(ElementDecoder.bfloat16(bits))
      }
    }
  }

  @inline(__always)
  private func encode<From: FixedWidthInteger & BitwiseCopyable>(
    _ bytes: RawSpan, _ to: ElementType, _ index: Int, decode: (From) -> Double
  ) throws(LFError) -> [UInt8] {
    switch to {
    case .f64:
      return try round(bytes, index, decode, { $0.bitPattern }, { Double(bitPattern: $0) })
    case .f32:
      return try round(
        bytes, index, decode, { Float($0).bitPattern }, { Double(Float(bitPattern: $0)) })
    case .f16:
      return try round(
        bytes, index, decode, { Float16($0).bitPattern }, { Double(ElementDecoder.half($0)) })
    default:
      return try round(
        bytes, index, decode, ElementEncoder.bfloat16,
        { Double(ElementDecoder.bfloat16($0)) })
    }
  }

  /// The loop over all elements, compiled for each pair of types.
  @inline(__always)
  private func round<
    From: FixedWidthInteger & BitwiseCopyable, To: FixedWidthInteger & BitwiseCopyable
  >(
    _ bytes: RawSpan, _ index: Int, _ decode: (From) -> Double, _ encode: (Double) -> To,
    _ value: (To) -> Double
  ) throws(LFError) -> [UInt8] {
    let (inSize, outSize) = (From.bitWidth / 8, To.bitWidth / 8)
    let count = bytes.byteCount / inSize
    var result = [UInt8](repeating: 0, count: count * outSize)
    var relative = 0.0
    var lost: Double?
    var span = result.mutableSpan
    var target = unsafe span.mutableBytes  // every byte pattern is a valid UInt8
    for element in 0..<count {
      // Within bounds by the count.
      let bits = unsafe bytes.unsafeLoadUnaligned(
        fromUncheckedByteOffset: element * inSize, as: From.self)
      let exact = decode(From(littleEndian: bits))
      let rounded = encode(exact)
      unsafe target.storeBytes(
        of: rounded.littleEndian, toUncheckedByteOffset: element * outSize, as: To.self)
      let found = value(rounded)
      if found.isFinite {
        if found != exact { relative = max(relative, abs(found - exact) / abs(exact)) }
      } else if exact.isFinite, lost == nil {
        lost = exact
      }
    }
    if let lost, !allowsOverflow {
      throw .refused(
        "convert.overflow", at: .init(entry: tensors[index].name.text),
        expected: "values that \(tensors[index].elementType.rawValue) can hold", found: "\(lost)",
        hint: "bf16 has the range of f32; --allow-nonfinite makes them infinite")
    }
    loss.add(relative: relative, overflow: lost != nil)
    return result
  }
}
