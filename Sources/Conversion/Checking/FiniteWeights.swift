public import TensorCore

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
    let jobs = ParallelJobs<Void> {
    } body: { (_, index) throws(LFError) in
      try check(source, index)
    }
    try jobs.run(count: source.tensors.count, threads: threads)
  }

  private static func check(_ source: any TensorSource, _ index: Int) throws(LFError) {
    let element: Int?
    switch source.tensors[index].elementType {
    case .f64: element = try first(source, index, exponent: 0x7FF0_0000_0000_0000 as UInt64)
    case .f32: element = try first(source, index, exponent: 0x7F80_0000 as UInt32)
    case .f16: element = try first(source, index, exponent: 0x7C00 as UInt16)
    case .bf16: element = try first(source, index, exponent: 0x7F80 as UInt16)
    default: element = nil
    }
    guard let element else { return }
    throw .refused(
      "weights.nonfinite", at: .init(entry: source.tensors[index].name.text),
      expected: "finite weights", found: "a NaN or an infinity at element \(element)",
      hint: "the training that made it went wrong; --allow-nonfinite converts it all the same")
  }

  /// The first element whose exponent has all bits set.
  private static func first<Bits: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
    _ source: any TensorSource, _ index: Int, exponent: Bits
  ) throws(LFError) -> Int? {
    let size = Bits.bitWidth / 8
    let count = source.tensors[index].byteCount / size
    var block = [Bits](repeating: 0, count: min(count, blockBytes / size))
    var start = 0
    while start < count {
      let length = min(block.count, count - start)
      do {
        var span = block.mutableSpan
        var raw = unsafe span.mutableBytes  // every bit pattern is a valid integer
        try raw.withSlice(0..<length * size) { (slice) throws(LFError) in
          try source.read(index, at: start * size, into: &slice)
        }
      }
      // Without branches, so that it runs at the speed of memory.
      var found: Bits = 0
      for place in 0..<length {
        found |= Bits(littleEndian: block[place]) & exponent == exponent ? 1 : 0
      }
      if found != 0 {
        let place = block.prefix(length).firstIndex {
          Bits(littleEndian: $0) & exponent == exponent
        }
        return place.map { start + $0 }
      }
      start += length
    }
    return nil
  }
}
