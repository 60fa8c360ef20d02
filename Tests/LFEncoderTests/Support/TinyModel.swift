import LFCore
import LFFamilies
import TestSupport

/// A model with random weights, made for one test.
struct TinyModel {
  /// What may be varied; the rest follows.
  struct Shape {
    var family = "longformer"
    var head = ModelHead.bare
    var vocabulary = 37
    var hidden = 16
    var heads = 2
    var layers = 2
    var intermediate = 24
    var positions = 200
    var types = 2
    var padding = 1
    var labels = 3
    var activation = "gelu"
    var windows: [Int] = []  // full widths, one a layer
    var dilations: [[Int]] = []  // layers × heads; empty for none
    var isCausal = false
    var hasPooler = false
    var hasOwnDecoder = false
    var hasDecoderBias = false
    var weightScale: Float = 0.4
    var elementType = ElementType.f32

    /// Families whose heads for choices have two layers of their own.
    var hasTwoLayers: Bool { ["distilbert", "electra"].contains(family) }
    /// Families whose positions count from row 0.
    var isBERT: Bool { ["bert", "distilbert", "electra"].contains(family) }
  }

  let shape: Shape
  let configuration: ModelConfiguration
  let source: MemorySource
  /// The weights as float32 holds them, for the reference.
  let weights: [String: [Double]]

  init(_ shape: Shape, seed: Int) throws {
    self.shape = shape
    var random = SeededGenerator(seed: seed)
    var source = MemorySource()
    var weights: [String: [Double]] = [:]
    func add(_ name: String, _ dimensions: [Int], _ scale: Float, around centre: Float = 0) throws {
      let values = (0..<dimensions.reduce(1, *)).map { _ in
        Self.representable(centre + scale * random.uniform(), shape.elementType)
      }
      try source.add(name, dimensions, values, shape.elementType)
      weights[name] = values.map(Double.init)
    }
    func linear(_ name: String, _ out: Int, _ input: Int) throws {
      try add(name + ".weight", [out, input], shape.weightScale)
      try add(name + ".bias", [out], 0.2)
    }
    func norm(_ name: String, _ size: Int) throws {
      try add(name + ".weight", [size], 0.3, around: 1)
      try add(name + ".bias", [size], 0.2)
    }
    let hidden = shape.hidden
    try add("embeddings.word_embeddings.weight", [shape.vocabulary, hidden], 1)
    try add(
      "embeddings.position_embeddings.weight", [shape.positions + shape.padding + 1, hidden], 1)
    try add("embeddings.token_type_embeddings.weight", [shape.types, hidden], 1)
    try norm("embeddings.LayerNorm", hidden)
    for layer in 0..<shape.layers {
      let name = "encoder.layer.\(layer)."
      let parts = ["query", "key", "value"]
      let own = shape.family == "longformer" ? parts.map { $0 + "_global" } : []
      for part in parts + own { try linear(name + "attention.self." + part, hidden, hidden) }
      try linear(name + "attention.output.dense", hidden, hidden)
      try norm(name + "attention.output.LayerNorm", hidden)
      try linear(name + "intermediate.dense", shape.intermediate, hidden)
      try linear(name + "output.dense", hidden, shape.intermediate)
      try norm(name + "output.LayerNorm", hidden)
    }
    if shape.hasPooler || (shape.head == .multipleChoice && !shape.hasTwoLayers) {
      try linear("pooler.dense", hidden, hidden)
    }
    switch shape.head {
    case .bare: break
    case .maskedLanguageModel:
      try linear("lm_head.dense", hidden, hidden)
      try norm("lm_head.layer_norm", hidden)
      try add("lm_head.bias", [shape.vocabulary], 0.2)
      if shape.hasOwnDecoder { try add("lm_head.decoder.weight", [shape.vocabulary, hidden], 0.4) }
      if shape.hasDecoderBias { try add("lm_head.decoder.bias", [shape.vocabulary], 0.2) }
    case .sequenceClassification,
      .multipleChoice where shape.hasTwoLayers:
      let outputs = shape.head == .multipleChoice ? 1 : shape.labels
      try linear("classifier.dense", hidden, hidden)
      try linear("classifier.out_proj", outputs, hidden)
    case .tokenClassification: try linear("classifier", shape.labels, hidden)
    case .questionAnswering: try linear("qa_outputs", 2, hidden)
    case .multipleChoice: try linear("classifier", 1, hidden)
    }
    self.source = source
    self.weights = weights
    configuration = try Self.configuration(shape)
  }

  /// The configuration, by way of its JSON form.
  static func configuration(_ shape: Shape) throws -> ModelConfiguration {
    let windows = shape.windows.map(String.init).joined(separator: ",")
    let dilations = shape.dilations.map { "[\($0.map(String.init).joined(separator: ","))]" }
    let labels = (0..<shape.labels).map { "\"\($0)\": \"L\($0)\"" }.joined(separator: ",")
    let text = """
      {"model_type": "\(shape.family)", "vocab_size": \(shape.vocabulary),
       "hidden_size": \(shape.hidden), "num_hidden_layers": \(shape.layers),
       "num_attention_heads": \(shape.heads), "intermediate_size": \(shape.intermediate),
       "max_position_embeddings": \(shape.positions + shape.padding + 1),
       "type_vocab_size": \(shape.types), "pad_token_id": \(shape.padding),
       "layer_norm_eps": 1e-05, "hidden_act": "\(shape.activation)", "sep_token_id": 2,
       "embedding_size": \(shape.hidden), "id2label": {\(labels)}, "autoregressive": \(shape.isCausal)
       \(windows.isEmpty ? "" : ", \"attention_window\": [\(windows)]")
       \(dilations.isEmpty ? "" : ", \"attention_dilation\": [\(dilations.joined(separator: ","))]")
      }
      """
    guard let json = try JSONParser.parse(Array(text.utf8)).objectValue else {
      throw LFError(.internal, "test.json", "no object")
    }
    return try ModelConfiguration(
      json: json, table: try FamilyTable.named(shape.family), head: shape.head, origin: nil)
  }

  /// The nearest value that a type represents.
  private static func representable(_ value: Float, _ type: ElementType) -> Float {
    switch type {
    case .f16: HalfPrecision.rounded(value)
    case .bf16: Float(bitPattern: (value.bitPattern + 0x8000) & 0xFFFF_0000)
    default: value
    }
  }
}
