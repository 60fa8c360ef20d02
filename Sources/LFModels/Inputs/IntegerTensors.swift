import LFCheckpoints
package import LFCore
import LFFiles

/// Integer tensors of one shape, as inputs of a model come in safetensors:
/// token ids, masks, labels.
package struct IntegerTensors: Sendable {
  /// [B,S], or [B,C,S] for multiple choice.
  package let shape: [Int]
  /// Values row by row, by name.
  package let values: [TensorName: [Int]]

  /// Reads a file.
  ///
  /// - Parameters:
  ///   - path: a safetensors file.
  ///   - names: the tensors that it may hold; the first must be there.
  ///   - other: a tensor of another kind, which is passed over.
  ///   - code: of the errors about content.
  /// - Throws: `code` for tensors that are unknown, of another type than int64
  ///   or int32, or of shapes that do not agree; errors of the format.
  package init(
    _ path: String, names: [TensorName], besides other: TensorName? = nil, code: String
  ) throws(LFError) {
    let source = try SafetensorsSource(InputFile(path))
    var values: [TensorName: [Int]] = [:]
    var shape: [Int]?
    for (index, tensor) in source.tensors.enumerated() where tensor.name != other {
      let location = LFError.Location(file: path, entry: tensor.name.text)
      guard names.contains(tensor.name) else {
        throw .refused(
          code, at: location, expected: names.map(\.text).joined(separator: ", "),
          found: "another tensor")
      }
      guard tensor.elementType == .i64 || tensor.elementType == .i32 else {
        throw .refused(
          code, at: location, expected: "int64 or int32 values", found: tensor.elementType.rawValue)
      }
      guard (2...3).contains(tensor.shape.dimensions.count),
        shape == nil || shape == tensor.shape.dimensions
      else {
        throw .refused(
          code, at: location, expected: "the same shape [B,S] or [B,C,S] for all",
          found: "\(tensor.shape)")
      }
      shape = tensor.shape.dimensions
      // The bytes, and the numbers made of them.
      do throws(LFError) {
        try MemoryLimit.check(
          tensor.shape.elementCount, of: tensor.elementType.byteCount + MemoryLayout<Int>.size,
          for: "inputs")
      } catch {
        throw error.located(file: path, entry: tensor.name.text)
      }
      let bytes = try source.bytes(index)
      values[tensor.name] =
        tensor.elementType == .i64
        ? Self.integers(bytes, as: Int64.self) : Self.integers(bytes, as: Int32.self)
    }
    guard let shape, let first = names.first, values[first] != nil else {
      throw .refused(
        code, at: .init(file: path), expected: "a tensor \(names.first?.text ?? "")", found: "none")
    }
    self.shape = shape
    self.values = values
  }

  private static func integers<I: FixedWidthInteger>(_ bytes: [UInt8], as type: I.Type) -> [Int] {
    let width = I.bitWidth / 8
    return stride(from: 0, to: bytes.count, by: width).map { start in
      Int((0..<width).reduce(I(0)) { $0 | I(truncatingIfNeeded: bytes[start + $1]) << (8 * $1) })
    }
  }
}
