import LFCore
import LFFamilies

/// Weights on top of the encoder, but for the masked-LM decoder, whose matrix
/// may be the word embeddings.
struct HeadWeights: Sendable {
  /// What the head computes.
  enum Kind: Sendable {
    case none
    /// activation(dense), LayerNorm, then the decoder (tensor by name) and its
    /// bias.
    case maskedLanguageModel(
      dense: LinearWeights, activation: Activation, norm: NormWeights, decoder: TensorName,
      bias: Matrix)
    /// activation(dense) of the first token, then the projection.
    case firstToken(dense: LinearWeights, activation: Activation, projection: LinearWeights)
    /// One linear layer for every token.
    case tokens(LinearWeights)
    /// One linear layer for the pooled output, tanh(pooler) of the first token.
    case pooled(LinearWeights, pooler: LinearWeights)
  }

  let kind: Kind
  /// tanh(dense) of the first token, where the model has it and its head does not
  /// take it.
  let pooler: LinearWeights?
  /// A resident model's decoder [V, H], where it is not the word embeddings.
  let decoder: Matrix?

  /// Reads the head that the configuration names.
  init(
    configuration: ModelConfiguration, reader: WeightReader, workers: Workers, isStreamed: Bool
  ) throws(LFError) {
    let hidden = configuration.hiddenSize
    let labels = configuration.labelCount
    var slots: [WeightSlot] = []
    func linear(_ name: String, _ out: Int) throws(LFError) -> LinearWeights {
      let linear = try LinearWeights(outputs: out, inputs: hidden)
      slots += WeightSlot.linear(name, linear)
      return linear
    }
    let table = try FamilyTable.named(configuration.family)
    // Some families' heads for choices have two layers of their own, others
    // one on the pooled output.
    let hasTwoLayers = table.rows(of: configuration.head)
      .contains { $0.canonical == "classifier.dense.weight" }
    let usesPooled = configuration.head == .multipleChoice && !hasTwoLayers
    pooler =
      !usesPooled && reader.has("pooler.dense.weight")
      ? try linear("pooler.dense", hidden) : nil
    var ownDecoder: Matrix?
    switch configuration.head {
    case .bare: kind = .none
    case .maskedLanguageModel:
      let dense = try linear("lm_head.dense", hidden)
      let norm = try NormWeights(width: hidden)
      slots += WeightSlot.norm("lm_head.layer_norm", norm)
      let bias = try Matrix(rows: 1, columns: configuration.vocabularySize)
      let biasName: TensorName =
        reader.has("lm_head.decoder.bias") ? "lm_head.decoder.bias" : "lm_head.bias"
      slots.append(WeightSlot(biasName, .vector(bias)))
      let own: TensorName = "lm_head.decoder.weight"
      let decoder = reader.has(own) ? own : .wordEmbeddings
      try reader.check(decoder, rows: configuration.vocabularySize, columns: hidden)
      if decoder == own, !isStreamed {
        let matrix = try Matrix(rows: configuration.vocabularySize, columns: hidden)
        slots.append(WeightSlot(own, .plain(matrix)))
        ownDecoder = matrix
      }
      // RoBERTa's and Longformer's heads use the exact GELU, whatever the layers do.
      kind = .maskedLanguageModel(
        dense: dense, activation: table.maskedLMActivation(configuration), norm: norm,
        decoder: decoder, bias: bias)
    case .sequenceClassification,
      .multipleChoice where hasTwoLayers:
      kind = .firstToken(
        dense: try linear("classifier.dense", hidden),
        activation: table.activation(of: configuration.head),
        projection: try linear(
          "classifier.out_proj", configuration.head == .multipleChoice ? 1 : labels))
    case .tokenClassification: kind = .tokens(try linear("classifier", labels))
    case .questionAnswering: kind = .tokens(try linear("qa_outputs", 2))
    case .multipleChoice:
      let pooler = try linear("pooler.dense", hidden)
      kind = .pooled(try linear("classifier", 1), pooler: pooler)
    }
    decoder = ownDecoder
    try reader.read(slots, workers: workers)
  }
}
