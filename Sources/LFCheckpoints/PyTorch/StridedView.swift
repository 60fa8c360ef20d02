import LFCore

/// A tensor as a view into a storage: where its elements lie in the file.
struct StridedView: Sendable {
  let descriptor: TensorDescriptor
  /// Where the first element lies in the file.
  let start: Int
  /// Elements between neighbours of each dimension; empty when the elements
  /// follow each other row by row.
  let strides: [Int]

  /// Checks that a view stays inside its storage.
  ///
  /// - Parameters:
  ///   - storage: the storage's bytes in the file.
  ///   - offset: of the first element, in elements.
  /// - Throws: `pytorch.offset`, `pytorch.stride`, `pytorch.bounds`.
  init(
    _ descriptor: TensorDescriptor, storage: Range<Int>, offset: Int, strides: [Int]
  ) throws(LFError) {
    let width = descriptor.elementType.byteCount
    let shape = descriptor.shape
    let available = storage.count / width
    guard strides.count == shape.dimensions.count else {
      throw .refused(
        "pytorch.stride", expected: "\(shape.dimensions.count.counted("stride"))",
        found: "\(strides.count)")
    }
    guard offset >= 0, offset <= available else {
      throw .refused(
        "pytorch.offset", expected: "an offset inside \(available.counted("element"))",
        found: "\(offset)")
    }
    guard !strides.contains(where: { $0 < 0 }) else {
      throw .refused("pytorch.stride", expected: "strides of 0 or more", found: "\(strides)")
    }
    let last = shape.elementCount == 0 ? nil : Self.lastElement(shape, strides, offset)
    // Small strides make any number of elements from one; a view that stands
    // for more than its storage holds is refused, whatever its strides.
    guard shape.elementCount <= available, shape.elementCount == 0 || last ?? .max < available
    else {
      throw .refused(
        "pytorch.bounds",
        expected: "a tensor inside its storage of \(available.counted("element"))",
        found: "\(shape) with strides \(strides) from \(offset) on")
    }
    self.descriptor = descriptor
    // Both are inside the storage, and so is their sum.
    start = storage.lowerBound + offset * width
    self.strides = Self.isContiguous(shape, strides) ? [] : strides
  }

  /// Position of the last element in the storage, nil when it overflows.
  private static func lastElement(_ shape: TensorShape, _ strides: [Int], _ offset: Int) -> Int? {
    var last = offset
    for (dimension, stride) in zip(shape.dimensions, strides) {
      let (step, overflow) = stride.multipliedReportingOverflow(by: dimension - 1)
      let (sum, more) = last.addingReportingOverflow(step)
      guard !overflow, !more else { return nil }
      last = sum
    }
    return last
  }

  /// Whether the elements follow each other; strides of single steps are idle.
  private static func isContiguous(_ shape: TensorShape, _ strides: [Int]) -> Bool {
    guard shape.elementCount > 0 else { return true }
    var expected = 1
    for (dimension, stride) in zip(shape.dimensions, strides).reversed() where dimension > 1 {
      guard stride == expected else { return false }
      expected *= dimension
    }
    return true
  }
}
