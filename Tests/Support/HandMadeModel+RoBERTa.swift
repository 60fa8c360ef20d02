import Foundation

extension HandMadeModel {
  /// Sizes of the numbers in a random RoBERTa.
  public struct Scales: Sendable, CustomStringConvertible {
    /// Of the matrices of the layers.
    public var weights: Float = 0.2
    /// Of the biases.
    public var biases: Float = 0.1
    /// Around which the weights of every LayerNorm lie.
    public var norms: Float = 1
    /// Of the embedding tables.
    public var embeddings: Float = 1
    /// What one dimension of every LayerNorm is multiplied by, as in trained
    /// models.
    public var outlier: Float = 1
    /// What the query and key projections are multiplied by.
    public var sharpness: Float = 1

    public init() {}

    /// Scales with something other than usual.
    public static func with(_ change: (inout Scales) -> Void) -> Scales {
      var scales = Scales()
      change(&scales)
      return scales
    }

    public var description: String {
      "weights \(weights), biases \(biases), norms \(norms), embeddings \(embeddings), "
        + "outlier \(outlier), sharpness \(sharpness)"
    }
  }

  /// A random RoBERTa of three layers with a classifier on top.
  public struct RoBERTa: Sendable {
    public static let hidden = 32
    public static let layers = 3
    public static let heads = 4
    public static let inner = 48
    public static let vocabulary = 40
    /// Tokens that it reads.
    public static let positions = 30

    public let tensors: [Tensor]
    public let configuration = """
      {"model_type": "roberta", "architectures": ["RobertaForSequenceClassification"],
       "vocab_size": \(vocabulary), "hidden_size": \(hidden), "num_hidden_layers": \(layers),
       "num_attention_heads": \(heads), "intermediate_size": \(inner),
       "max_position_embeddings": \(positions + 2), "type_vocab_size": 1, "pad_token_id": 1,
       "layer_norm_eps": 1e-05, "hidden_act": "gelu", "num_labels": 3}
      """

    public init(_ scales: Scales = Scales(), seed: UInt64 = 1) {
      var random = SeededGenerator(seed)
      var tensors: [Tensor] = []
      func add(_ name: String, _ shape: [Int], _ scale: Float, around centre: Float = 0) {
        // The generator's values have a standard deviation of 0.02.
        let values = random.weights(shape.reduce(1, *)).map { centre + $0 * 50 * scale }
        tensors.append(Tensor(name, shape, values))
      }
      func linear(_ name: String, _ outputs: Int, _ inputs: Int, times factor: Float = 1) {
        add(name + ".weight", [outputs, inputs], scales.weights * factor)
        add(name + ".bias", [outputs], scales.biases * factor)
      }
      func norm(_ name: String) {
        var values = random.weights(Self.hidden).map { scales.norms * (1 + $0 * 10) }
        values[7] *= scales.outlier
        tensors.append(Tensor(name + ".weight", [Self.hidden], values))
        add(name + ".bias", [Self.hidden], scales.norms * 0.1)
      }
      let hidden = Self.hidden
      add(
        "roberta.embeddings.word_embeddings.weight", [Self.vocabulary, hidden], scales.embeddings)
      add(
        "roberta.embeddings.position_embeddings.weight", [Self.positions + 2, hidden],
        scales.embeddings)
      add("roberta.embeddings.token_type_embeddings.weight", [1, hidden], scales.embeddings)
      norm("roberta.embeddings.LayerNorm")
      for layer in 0..<Self.layers {
        let name = "roberta.encoder.layer.\(layer)."
        linear(name + "attention.self.query", hidden, hidden, times: scales.sharpness)
        linear(name + "attention.self.key", hidden, hidden, times: scales.sharpness)
        linear(name + "attention.self.value", hidden, hidden)
        linear(name + "attention.output.dense", hidden, hidden)
        norm(name + "attention.output.LayerNorm")
        linear(name + "intermediate.dense", Self.inner, hidden)
        linear(name + "output.dense", hidden, Self.inner)
        norm(name + "output.LayerNorm")
      }
      linear("classifier.dense", hidden, hidden)
      linear("classifier.out_proj", 3, hidden)
      self.tensors = tensors
    }

    /// The model as a folder.
    public func write(in scratch: Scratch, as name: String = "roberta") throws -> String {
      try scratch.write(name + "/model.safetensors", Array(HandMadeModel.safetensors(tensors)))
      try scratch.write(name + "/config.json", configuration)
      return scratch(name)
    }
  }
}
