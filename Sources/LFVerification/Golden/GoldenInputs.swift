import LFCheckpoints
import LFCore
import LFEncoder
import LFFiles

/// The inputs of a case, as a safetensors file holds them.
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
      guard [.i64, .i32].contains(tensor.elementType) else {
        throw .refused(
          "golden.inputs", at: location, expected: "int64 or int32 values",
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
      values[tensor.name] = integers(try source.bytes(index), tensor.elementType)
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

  /// An error of a forward pass with the file that it is about, if it is about
  /// inputs.
  static func located(_ error: LFError, _ path: String) -> LFError {
    error.code.hasPrefix("input.") ? error.located(file: path) : error
  }

  /// The numbers of little-endian int64 or int32 values.
  private static func integers(_ bytes: [UInt8], _ type: ElementType) -> [Int] {
    let size = type.byteCount
    return stride(from: 0, to: bytes.count, by: size).map { start in
      let value = (0..<size).reduce(0) { $0 | Int(bytes[start + $1]) << (8 * $1) }
      return type == .i32 ? Int(Int32(truncatingIfNeeded: value)) : value
    }
  }
}

/// Inputs as int64 tensors, to be written to a file.
struct InputSource: TensorSource {
  let tensors: [TensorDescriptor]
  private let values: [[Int]]

  init(_ inputs: EncoderInputs) throws(LFError) {
    let parts: [(TensorName, [Int]?)] = [
      ("input_ids", inputs.inputIDs), ("attention_mask", inputs.attentionMask),
      ("global_attention_mask", inputs.globalAttentionMask),
      ("token_type_ids", inputs.tokenTypeIDs), ("position_ids", inputs.positionIDs),
    ]
    let shape = try TensorShape(
      [inputs.batch] + (inputs.choices.map { [$0] } ?? []) + [inputs.length])
    let given = parts.compactMap { name, values in values.map { (name, $0) } }
    tensors = given.map { TensorDescriptor(name: $0.0, elementType: .i64, shape: shape) }
    values = given.map(\.1)
  }

  func read(_ index: Int, at offset: Int, into buffer: inout MutableRawSpan) throws(LFError) {
    try tensors[index].checkRange(at: offset, count: buffer.byteCount)
    let numbers = values[index]
    let bytes = (offset..<offset + buffer.byteCount).map { place in
      UInt8(truncatingIfNeeded: numbers[place / 8] >> (place % 8 * 8))
    }
    buffer.copy(bytes[...])
  }
}
