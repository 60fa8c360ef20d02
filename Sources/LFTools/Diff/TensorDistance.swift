public import LFCore

/// How far apart two tensors of one name are.
public struct TensorDistance: Sendable {
  /// What differs.
  public enum Kind: String, Sendable {
    /// Values of the same type and shape.
    case values
    /// The element types; values may differ as well.
    case types
    /// The shapes, so that no value has a counterpart.
    case shapes
  }

  /// The name that both have.
  public let name: TensorName
  /// What differs.
  public let kind: Kind
  /// Element types of the two.
  public let elementTypes: (ElementType, ElementType)
  /// Shapes of the two.
  public let shapes: (TensorShape, TensorShape)
  /// Largest difference of two values; NaN when a value is NaN on one side
  /// only; nil when the shapes differ.
  public let maxAbsolute: Double?
  /// Most representable values from one value to the other, counted in the type
  /// of both, or in the coarser of two floating-point types, to which the finer
  /// value is rounded first; nil when shapes differ, or types of whole numbers.
  public let maxULP: UInt64?
  /// Cosine between the two as vectors; NaN when a value is not finite; nil when
  /// the shapes differ.
  public let cosine: Double?

  /// Whether one side is the other, rounded to another type.
  public var isRounding: Bool { kind == .types && maxULP == 0 && maxAbsolute?.isNaN == false }

  /// What differs besides values, as in "F16 and F32".
  public var remark: String {
    switch kind {
    case .values: ""
    case .types: "\(elementTypes.0.rawValue) and \(elementTypes.1.rawValue)"
    case .shapes: "shapes differ: \(shapes.0) and \(shapes.1)"
    }
  }

  /// Values compared at a time.
  private static let block = 65_536

  /// Compares two tensors; nil when type, shape and every byte are the same.
  init?(
    _ left: any TensorSource, _ leftIndex: Int, _ right: any TensorSource, _ rightIndex: Int
  ) throws(LFError) {
    let (first, second) = (left.tensors[leftIndex], right.tensors[rightIndex])
    name = first.name
    elementTypes = (first.elementType, second.elementType)
    shapes = (first.shape, second.shape)
    guard first.shape == second.shape else {
      (kind, maxAbsolute, maxULP, cosine) = (.shapes, nil, nil, nil)
      return
    }
    kind = first.elementType == second.elementType ? .values : .types
    if kind == .values, try ByteComparison.areEqual(left, leftIndex, right, rightIndex) {
      return nil
    }
    let steps = Steps(first.elementType, second.elementType)
    var largest = 0.0
    var ulp: UInt64 = 0
    var sum = CosineSum()
    for start in stride(from: 0, to: first.shape.elementCount, by: Self.block) {
      let range = start..<min(start + Self.block, first.shape.elementCount)
      let a = try Self.elements(left, leftIndex, range)
      let b = try Self.elements(right, rightIndex, range)
      let x = a.map { ElementDecoder.value($0, first.elementType) }
      let y = b.map { ElementDecoder.value($0, second.elementType) }
      sum.add(x, y)
      for place in x.indices {
        let (x, y) = (x[place], y[place])
        if x.isNaN != y.isNaN { largest = .nan }
        let difference = x == y ? 0 : abs(x - y)
        if difference > largest { largest = difference }
        if let steps, !x.isNaN || !y.isNaN {
          ulp = max(ulp, steps.count(from: (a[place], x), to: (b[place], y)))
        }
      }
    }
    maxAbsolute = largest
    maxULP = steps == nil ? nil : ulp
    cosine = sum.cosine
  }

  /// Elements as the bits that they are stored in.
  private static func elements(
    _ source: any TensorSource, _ index: Int, _ range: Range<Int>
  ) throws(LFError) -> [UInt64] {
    let size = source.tensors[index].elementType.byteCount
    let bytes = try source.bytes(index, range: range.lowerBound * size..<range.upperBound * size)
    return stride(from: 0, to: bytes.count, by: size).map { start in
      var bits: UInt64 = 0
      for offset in 0..<size { bits |= UInt64(bytes[start + offset]) << UInt64(8 * offset) }
      return bits
    }
  }

  /// A member of "differing".
  var json: JSONObject {
    func number(_ value: Double?) -> JSONValue { value.map { JSONValue($0) } ?? .null }
    var object = JSONObject([
      ("name", .string(name.text)),
      ("kind", .string(kind.rawValue)),
      ("max_abs", number(maxAbsolute)),
      ("max_ulp", maxULP.map { .number(JSONNumber($0)) } ?? .null),
      ("cosine", number(cosine)),
    ])
    if !remark.isEmpty { object["remark"] = .string(remark) }
    return object
  }
}

extension TensorDistance {
  /// Whether this one is told before another: shapes that differ, then values
  /// that are NaN on one side, then the largest differences.
  func isLarger(than other: TensorDistance) -> Bool { rank > other.rank }

  private var rank: (Int, Double) {
    guard let maxAbsolute else { return (2, 0) }
    return maxAbsolute.isNaN ? (1, 0) : (0, maxAbsolute)
  }
}

/// Counts the representable values between two, in one type.
private struct Steps {
  /// The type that is counted in, and those of the two sides.
  private let type: ElementType
  private let sides: (ElementType, ElementType)

  /// Nil for different types that are not both floating-point.
  init?(_ first: ElementType, _ second: ElementType) {
    sides = (first, second)
    guard first != second else {
      type = first
      return
    }
    guard let left = first.precision, let right = second.precision else { return nil }
    type = left < right ? first : second
  }

  func count(
    from first: (bits: UInt64, value: Double), to second: (bits: UInt64, value: Double)
  ) -> UInt64 {
    let x = place(first, sides.0)
    let y = place(second, sides.1)
    return x > y ? x - y : y - x
  }

  /// The place of an element among all of the type.
  private func place(_ element: (bits: UInt64, value: Double), _ own: ElementType) -> UInt64 {
    let bits =
      own == type ? element.bits : ElementEncoder.bits(element.value, type) ?? element.bits
    let sign = UInt64(1) << UInt64(type.byteCount * 8 - 1)
    switch type {
    case .f64, .f32, .f16, .bf16:
      // Floating-point bits become ordered integers when negative ones count down.
      return bits & sign != 0 ? sign - (bits & (sign - 1)) : sign + bits
    case .i64, .i32, .i16, .i8: return bits ^ sign
    case .u64, .u32, .u16, .u8, .bool: return bits
    }
  }
}

extension ElementType {
  /// Bits of the significand; nil for types of whole numbers.
  var precision: Int? {
    switch self {
    case .f64: 53
    case .f32: 24
    case .f16: 11
    case .bf16: 8
    default: nil
    }
  }
}
