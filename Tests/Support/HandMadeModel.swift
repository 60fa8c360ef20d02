import Foundation
import LFCore

/// Models and inputs written byte by byte, without the code under test.
public enum HandMadeModel {
  /// A tensor of float32 values, or of any other bytes.
  public struct Tensor: Sendable {
    public let name: String
    public let type: String
    public let shape: [Int]
    public let bytes: [UInt8]

    public init(_ name: String, _ type: String, _ shape: [Int], _ bytes: [UInt8]) {
      (self.name, self.type, self.shape, self.bytes) = (name, type, shape, bytes)
    }

    public init(_ name: String, _ shape: [Int], _ values: [Float]) {
      self.init(name, "F32", shape, floats(values))
    }

    /// Integers, as the inputs of a model are.
    public init(_ name: String, _ shape: [Int], integers: [Int]) {
      var bytes: [UInt8] = []
      for value in integers { bytes.append(littleEndian: Int64(value)) }
      self.init(name, "I64", shape, bytes)
    }
  }

  /// A safetensors file.
  public static func safetensors(_ tensors: [Tensor]) -> Data {
    var members: [String] = []
    var data: [UInt8] = []
    for tensor in tensors {
      let end = data.count + tensor.bytes.count
      members.append(
        "\"\(tensor.name)\":{\"dtype\":\"\(tensor.type)\",\"shape\":\(tensor.shape),"
          + "\"data_offsets\":[\(data.count),\(end)]}")
      data += tensor.bytes
    }
    let header = "{" + members.joined(separator: ",") + "}"
    var bytes: [UInt8] = []
    bytes.append(littleEndian: UInt64(header.utf8.count))
    return Data(bytes + Array(header.utf8) + data)
  }

  /// The inputs of a golden case: rows of one length.
  public static func inputs(_ rows: [[Int]], in scratch: Scratch) throws -> String {
    let ids = Tensor("input_ids", [rows.count, rows[0].count], integers: rows.flatMap { $0 })
    return try scratch.file("inputs.safetensors", safetensors([ids]))
  }

  /// A BERT without a head, of one layer and one attention head, as a folder.
  public static func bert(
    width: Int, positions: Int = 8, in scratch: Scratch, as name: String = "bert"
  ) throws -> String {
    var state: UInt32 = 1
    func tensor(_ name: String, _ shape: [Int]) -> Tensor {
      let values = (0..<shape.reduce(1, *)).map { _ -> Float in
        state = state &* 1_664_525 &+ 1_013_904_223
        return Float(state >> 8) / Float(1 << 24) - 0.5
      }
      return Tensor(name, shape, values)
    }
    func linear(_ name: String) -> [Tensor] {
      [tensor(name + ".weight", [width, width]), tensor(name + ".bias", [width])]
    }
    func norm(_ name: String) -> [Tensor] {
      [tensor(name + ".weight", [width]), tensor(name + ".bias", [width])]
    }
    let layer = "encoder.layer.0."
    var tensors = [
      tensor("embeddings.word_embeddings.weight", [6, width]),
      tensor("embeddings.position_embeddings.weight", [positions, width]),
      tensor("embeddings.token_type_embeddings.weight", [2, width]),
    ]
    tensors += norm("embeddings.LayerNorm")
    for part in ["query", "key", "value"] { tensors += linear(layer + "attention.self." + part) }
    tensors += linear(layer + "attention.output.dense")
    tensors += norm(layer + "attention.output.LayerNorm")
    tensors += linear(layer + "intermediate.dense") + linear(layer + "output.dense")
    tensors += norm(layer + "output.LayerNorm")
    try scratch.write(name + "/model.safetensors", Array(safetensors(tensors)))
    try scratch.write(
      name + "/config.json",
      """
      {"model_type": "bert", "architectures": ["BertModel"], "vocab_size": 6, "hidden_size": \(width),
       "num_hidden_layers": 1, "num_attention_heads": 1, "intermediate_size": \(width),
       "max_position_embeddings": \(positions), "type_vocab_size": 2, "pad_token_id": 0,
       "layer_norm_eps": 1e-12, "hidden_act": "gelu"}
      """)
    return scratch(name)
  }
}
