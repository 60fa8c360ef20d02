public import LFCore
import Synchronization

/// Looks for weights that are no numbers.
///
/// One NaN spreads to every output; a checkpoint with one is broken, and a
/// conversion would only hide where.
public enum FiniteWeights {
  /// Bytes that are looked at at a time.
  private static let blockBytes = 1 << 20

  /// Refuses the first NaN or infinity, reading piece by piece.
  ///
  /// - Throws: `weights.nonfinite` with the tensor and the element.
  public static func check(_ source: any TensorSource, threads: Int = 1) throws(LFError) {
    try ParallelTasks(threads: threads).run(source.tensors.count) { (index) throws(LFError) in
      try check(source, index)
    }
  }

  private static func check(_ source: any TensorSource, _ index: Int) throws(LFError) {
    let tensor = source.tensors[index]
    guard tensor.elementType.isFloatingPoint else { return }
    var block = [UInt8](repeating: 0, count: min(tensor.byteCount, blockBytes))
    for start in stride(from: 0, to: tensor.byteCount, by: blockBytes) {
      let count = min(blockBytes, tensor.byteCount - start)
      var span = block.mutableSpan
      var raw = unsafe span.mutableBytes  // every byte pattern is a valid UInt8
      try raw.withSlice(0..<count) { (slice) throws(LFError) in
        try source.read(index, at: start, into: &slice)
        if let place = firstNonfinite(slice.bytes, tensor.elementType) {
          throw refusal(tensor, element: start / tensor.elementType.byteCount + place)
        }
      }
    }
  }

  /// The error for a weight that is no number.
  static func refusal(_ tensor: TensorDescriptor, element: Int) -> LFError {
    .refused(
      "weights.nonfinite", at: .init(entry: tensor.name.text),
      expected: "finite weights", found: "a NaN or an infinity at element \(element)",
      hint: "the training that made it went wrong; --allow-nonfinite converts it all the same")
  }

  /// The first element that is no finite number, among whole elements.
  static func firstNonfinite(_ bytes: RawSpan, _ type: ElementType) -> Int? {
    switch type {
    case .f64: first(bytes, exponent: 0x7FF0_0000_0000_0000 as UInt64)
    case .f32: first(bytes, exponent: 0x7F80_0000 as UInt32)
    case .f16: first(bytes, exponent: 0x7C00 as UInt16)
    case .bf16: first(bytes, exponent: 0x7F80 as UInt16)
    default: nil
    }
  }

  /// The first element whose exponent has all bits set.
  private static func first<Bits: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
    _ bytes: RawSpan, exponent: Bits
  ) -> Int? {
    let size = Bits.bitWidth / 8
    let count = bytes.byteCount / size
    // Within bounds by the count; every bit pattern is a valid integer.
    func isNonfinite(_ place: Int) -> Bool {
      let bits = unsafe bytes.unsafeLoadUnaligned(
        fromUncheckedByteOffset: place * size, as: Bits.self)
      return Bits(littleEndian: bits) & exponent == exponent
    }
    // Without branches, so that it runs at the speed of memory.
    var found: Bits = 0
    for place in 0..<count { found |= isNonfinite(place) ? 1 : 0 }
    return found == 0 ? nil : (0..<count).first(where: isNonfinite)
  }
}

/// The first weight that was found to be no number, where such are let through.
final class NonfiniteWeights: Sendable {
  private let place = Mutex<(tensor: String, element: Int)?>(nil)

  /// What was found, in words; nil when all weights are numbers.
  var description: String? {
    place.withLock { place in
      place.map { "\($0.tensor) has a NaN or an infinity at element \($0.element)" }
    }
  }

  /// Notes a weight; of several the first by name and element stays, whichever
  /// thread comes first.
  func add(_ tensor: TensorName, element: Int) {
    place.withLock { place in
      let found = (tensor.text, element)
      if let old = place, (old.tensor, old.element) < found { return }
      place = found
    }
  }
}

/// A source that refuses to hand out weights that are no numbers, or notes them.
///
/// What reads every weight once anyway, as a conversion does, looks for NaN
/// and infinity while the bytes are in the cache.
struct FiniteSource: TensorSource {
  private let base: any TensorSource
  /// The file to name in an error.
  private let file: String
  /// Where they are noted; nil refuses them.
  private let noted: NonfiniteWeights?

  var tensors: [TensorDescriptor] { base.tensors }

  init(_ base: any TensorSource, file: String, noting noted: NonfiniteWeights? = nil) {
    self.base = base
    self.file = file
    self.noted = noted
  }

  /// - Throws: `weights.nonfinite` with the tensor and the element, or an error
  ///   of the source.
  func read(_ index: Int, at offset: Int, into buffer: inout MutableRawSpan) throws(LFError) {
    try base.read(index, at: offset, into: &buffer)
    let tensor = tensors[index]
    let size = tensor.elementType.byteCount
    let lead = offset % size
    if lead == 0, buffer.byteCount % size == 0 {
      try check(buffer.bytes, of: tensor, from: offset)
      return
    }
    // A range that splits elements: look at whole ones.
    let last = (offset + buffer.byteCount + size - 1) / size * size
    let whole = try base.bytes(index, range: offset - lead..<last)
    // Every byte pattern is a valid UInt8.
    try check(unsafe whole.span.bytes, of: tensor, from: offset - lead)
  }

  private func check(
    _ bytes: RawSpan, of tensor: TensorDescriptor, from offset: Int
  ) throws(LFError) {
    guard let place = FiniteWeights.firstNonfinite(bytes, tensor.elementType) else { return }
    let element = offset / tensor.elementType.byteCount + place
    if let noted { return noted.add(tensor.name, element: element) }
    throw FiniteWeights.refusal(tensor, element: element).located(file: file)
  }
}
