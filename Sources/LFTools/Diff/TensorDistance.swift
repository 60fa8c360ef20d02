public import LFCore

/// How far apart two tensors of one name are.
public struct TensorDistance: Sendable {
  /// The name that both have.
  public let name: TensorName
  /// Largest difference of two values; NaN when the shapes differ or a value
  /// is NaN on one side only.
  public let maxAbsolute: Double
  /// Most representable values between two values of the same type; nil when
  /// the types or shapes differ.
  public let maxULP: UInt64?
  /// Cosine between the two as vectors; NaN when the shapes differ or a value is
  /// NaN.
  public let cosine: Double
  /// What differs besides values, as in "F16 and F32".
  public let remark: String

  /// Compares two tensors; nil when type, shape and every byte are the same.
  init?(
    _ left: any TensorSource, _ leftIndex: Int, _ right: any TensorSource, _ rightIndex: Int
  ) throws(LFError) {
    let first = left.tensors[leftIndex]
    let second = right.tensors[rightIndex]
    name = first.name
    guard first.shape == second.shape else {
      maxAbsolute = .nan
      maxULP = nil
      cosine = .nan
      remark = "\(first.shape) and \(second.shape)"
      return
    }
    let sameType = first.elementType == second.elementType
    if sameType, try ByteComparison.areEqual(left, leftIndex, right, rightIndex) { return nil }
    var largest = 0.0
    var ulp: UInt64 = 0
    var dot = 0.0
    var squares = (0.0, 0.0)
    let block = 65_536
    for start in stride(from: 0, to: first.shape.elementCount, by: block) {
      let end = min(start + block, first.shape.elementCount)
      let a = try Self.elements(left, leftIndex, start..<end)
      let b = try Self.elements(right, rightIndex, start..<end)
      for (x, y) in zip(a, b) {
        if x.value.isNaN != y.value.isNaN { largest = .nan }
        let difference = x.value == y.value ? 0 : abs(x.value - y.value)
        if difference > largest { largest = difference }
        if sameType { ulp = max(ulp, x.order > y.order ? x.order - y.order : y.order - x.order) }
        dot += x.value * y.value
        squares.0 += x.value * x.value
        squares.1 += y.value * y.value
      }
    }
    maxAbsolute = largest
    maxULP = sameType ? ulp : nil
    let norm = (squares.0 * squares.1).squareRoot()
    cosine = norm == 0 ? (squares.0 == squares.1 ? 1 : 0) : dot / norm
    remark = sameType ? "" : "\(first.elementType.rawValue) and \(second.elementType.rawValue)"
  }

  /// A value, and its place among all values of its type.
  private struct Element {
    let value: Double
    let order: UInt64
  }

  private static func elements(
    _ source: any TensorSource, _ index: Int, _ range: Range<Int>
  ) throws(LFError) -> [Element] {
    let type = source.tensors[index].elementType
    let size = type.byteCount
    let bytes = try source.bytes(index, range: range.lowerBound * size..<range.upperBound * size)
    var result: [Element] = []
    result.reserveCapacity(range.count)
    for start in stride(from: 0, to: bytes.count, by: size) {
      var bits: UInt64 = 0
      for offset in 0..<size { bits |= UInt64(bytes[start + offset]) << UInt64(8 * offset) }
      result.append(element(type, bits))
    }
    return result
  }

  private static func element(_ type: ElementType, _ bits: UInt64) -> Element {
    let width = UInt64(type.byteCount * 8)
    let sign = UInt64(1) << (width - 1)
    // Floating-point bits become ordered integers when negative ones count down.
    let ordered = bits & sign != 0 ? sign - (bits & (sign - 1)) : sign + bits
    let value = ElementDecoder.value(bits, type)
    switch type {
    case .f64, .f32, .f16, .bf16: return Element(value: value, order: ordered)
    case .i64, .i32, .i16, .i8: return Element(value: value, order: bits ^ sign)
    case .u64, .u32, .u16, .u8, .bool: return Element(value: value, order: bits)
    }
  }

  var json: JSONObject {
    var object = JSONObject([
      ("name", .string(name.text)),
      ("max_abs", JSONValue(maxAbsolute)),
      ("max_ulp", maxULP.map { .number(JSONNumber(Double($0))) } ?? .null),
      ("cosine", JSONValue(cosine)),
    ])
    if let maxULP, let whole = Int(exactly: maxULP) { object["max_ulp"] = JSONValue(whole) }
    if !remark.isEmpty { object["remark"] = .string(remark) }
    return object
  }
}
