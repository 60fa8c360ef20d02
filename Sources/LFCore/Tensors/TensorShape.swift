/// Dimensions of a tensor whose product is known not to overflow.
public struct TensorShape: Hashable, Sendable {
  /// The dimensions, outermost first.
  public let dimensions: [Int]
  /// Product of the dimensions; 1 for a scalar.
  public let elementCount: Int

  /// Checks and stores dimensions.
  ///
  /// - Throws: `tensor.shape` for a negative dimension, too many dimensions or
  ///   a product of 2⁵⁸ or more (also when a zero dimension would hide it), so
  ///   that a count of bytes never overflows: elements have at most 8 = 2³.
  public init(_ dimensions: [Int], limits: Limits = .standard) throws(LFError) {
    guard dimensions.count <= limits.rank else {
      throw .refused(
        "tensor.shape", expected: "at most \(limits.rank) dimensions",
        found: "\(dimensions.count)")
    }
    var nonZero = 1
    var empty = false
    for dimension in dimensions {
      guard dimension >= 0 else {
        throw .refused(
          "tensor.shape", expected: "dimensions of 0 or more", found: "\(dimensions)")
      }
      if dimension == 0 {
        empty = true
        continue
      }
      let (product, overflow) = nonZero.multipliedReportingOverflow(by: dimension)
      guard !overflow, product < 1 << 58 else {
        throw .refused(
          "tensor.shape", expected: "a product of dimensions that fits", found: "\(dimensions)")
      }
      nonZero = product
    }
    self.dimensions = dimensions
    elementCount = empty ? 0 : nonZero
  }

  /// The shape of a scalar.
  public static let scalar = TensorShape(unchecked: [], count: 1)

  /// A vector of `count` elements.
  public static func vector(_ count: Int) -> TensorShape {
    TensorShape(unchecked: [max(0, count)], count: max(0, count))
  }

  private init(unchecked dimensions: [Int], count: Int) {
    self.dimensions = dimensions
    elementCount = count
  }
}

extension TensorShape: CustomStringConvertible {
  /// The dimensions as in `[2,3]`.
  public var description: String {
    "[" + dimensions.map(String.init).joined(separator: ",") + "]"
  }
}
