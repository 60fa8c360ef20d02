import LFCheckpoints
import LFCore
import LFEncoder
import LFFiles

/// The inputs of a case, read from safetensors.
enum GoldenInputs {
  /// Reads the file.
  ///
  /// - Parameter other: a tensor that is no input of the encoder.
  /// - Throws: `golden.inputs` for tensors that are unknown, of another type or
  ///   of shapes that do not agree.
  static func read(_ path: String, besides other: TensorName? = nil) throws(LFError)
    -> EncoderInputs
  {
    let source = try SafetensorsSource(InputFile(path))
    var values: [TensorName: [Int]] = [:]
    var shape: [Int]?
    for (index, tensor) in source.tensors.enumerated() where tensor.name != other {
      let location = LFError.Location(file: path, entry: tensor.name.text)
      guard known.contains(tensor.name) else {
        throw .refused(
          "golden.inputs", at: location,
          expected: known.map(\.text).joined(separator: ", "), found: "another tensor")
      }
      guard tensor.elementType == .i64 else {
        throw .refused(
          "golden.inputs", at: location, expected: "int64 values",
          found: tensor.elementType.rawValue)
      }
      guard (2...3).contains(tensor.shape.dimensions.count),
        shape == nil || shape == tensor.shape.dimensions
      else {
        throw .refused(
          "golden.inputs", at: location, expected: "the same shape [B,S] or [B,C,S] for all",
          found: "\(tensor.shape)")
      }
      shape = tensor.shape.dimensions
      let bytes = try source.bytes(index)
      values[tensor.name] = stride(from: 0, to: bytes.count, by: 8).map { start in
        (0..<8).reduce(0) { $0 | Int(bytes[start + $1]) << (8 * $1) }
      }
    }
    guard let shape, let ids = values["input_ids"] else {
      throw .refused(
        "golden.inputs", at: .init(file: path), expected: "a tensor input_ids", found: "none")
    }
    return EncoderInputs(
      batch: shape[0], choices: shape.count == 3 ? shape[1] : nil, length: shape[shape.count - 1],
      inputIDs: ids, attentionMask: values["attention_mask"],
      globalAttentionMask: values["global_attention_mask"],
      tokenTypeIDs: values["token_type_ids"], positionIDs: values["position_ids"])
  }

  private static let known: [TensorName] = [
    "input_ids", "attention_mask", "global_attention_mask", "token_type_ids", "position_ids",
  ]
}
