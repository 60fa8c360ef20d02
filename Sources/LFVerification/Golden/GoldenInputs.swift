import LFCore
import LFEncoder
import LFModels

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
    let file = try IntegerTensors(path, names: known, besides: other, code: "golden.inputs")
    let (shape, values) = (file.shape, file.values)
    return EncoderInputs(
      batch: shape[0], choices: shape.count == 3 ? shape[1] : nil, length: shape[shape.count - 1],
      inputIDs: values["input_ids"] ?? [], attentionMask: values["attention_mask"],
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
