public import LFCore
public import LFFamilies

/// A RoBERTa, BERT or Longformer encoder with its head, in float32.
///
/// Follows Hugging Face's `RobertaModel`, `BertModel` and `LongformerModel` and
/// the classes with heads on top of them: what they compute, but not how. Weights come from
/// any `TensorSource` under Hugging Face's names without the backbone's prefix.
public final class EncoderModel: Sendable {
  /// What the model is.
  public let configuration: ModelConfiguration
  /// How much of the model stays in memory.
  public let residency: Residency
  /// Threads at most; results do not depend on it.
  public let threads: Int

  let reader: WeightReader
  let workers: Workers
  let embeddings: EmbeddingWeights
  let head: HeadWeights
  /// All layers of a model that is not streamed, otherwise empty.
  let layers: [LayerWeights]

  /// Checks all weights, and reads those that stay in memory.
  ///
  /// - Parameters:
  ///   - configuration: sizes, attention patterns and head.
  ///   - source: the weights, in float64, float32, float16 or bfloat16.
  ///   - residency: what is kept in memory between forward passes.
  ///   - threads: threads at most, 1 or more.
  /// - Throws: `weights.missing`, `weights.type`, `weights.shape`,
  ///   `memory.exhausted`, or the source's own error.
  public init(
    configuration: ModelConfiguration, source: any TensorSource,
    residency: Residency = .resident, threads: Int
  ) throws(LFError) {
    self.configuration = configuration
    self.residency = residency
    workers = Workers(count: threads)
    self.threads = workers.count
    reader = WeightReader(source: source)
    let globals = configuration.globalProjections
    var layers: [LayerWeights] = []
    for index in 0..<configuration.layerCount {
      let layer = try Self.memory(configuration, index)
      let globalSlots = layer.global?.slots(index, globals) ?? []
      switch residency {
      case .resident:
        try reader.read(layer.slots(index), workers: workers)
        try layer.global?.require(index, globals, reader, workers)
        layers.append(layer)
      case .onDemand:
        for slot in globalSlots { try reader.check(slot) }
        try reader.read(layer.slots(index), workers: workers)
        layers.append(layer)
      case .streamed:
        for slot in layer.slots(index) + globalSlots { try reader.check(slot) }
      }
    }
    self.layers = layers
    embeddings = try EmbeddingWeights(
      configuration: configuration, reader: reader, workers: workers, residency: residency)
    head = try HeadWeights(
      configuration: configuration, reader: reader, workers: workers,
      isStreamed: residency == .streamed)
  }

  /// The same weights under another attention, shared with this model.
  ///
  /// - Parameter name: the pattern. With global tokens, a model that has no
  ///   projections of its own for them gets copies of its local ones.
  /// - Throws: `attention.pattern` when it does not fit the model; otherwise as
  ///   `init`.
  public convenience init(_ model: EncoderModel, attention name: AttentionName) throws(LFError) {
    try self.init(model, configuration: try model.configuration.attending(name))
  }

  private init(_ model: EncoderModel, configuration: ModelConfiguration) throws(LFError) {
    self.configuration = configuration
    (residency, threads) = (model.residency, model.threads)
    (reader, workers) = (model.reader, model.workers)
    (embeddings, head) = (model.embeddings, model.head)
    var layers: [LayerWeights] = []
    for (index, old) in model.layers.enumerated() {
      let layer = try LayerWeights(
        sharing: old, hasGlobal: configuration.hasGlobalTokens(layer: index))
      try layer.global?.require(index, configuration.globalProjections, reader, workers)
      layers.append(layer)
    }
    self.layers = layers
  }

  /// Runs the model.
  ///
  /// - Parameters:
  ///   - inputs: token ids and masks; see `EncoderInputs`.
  ///   - options: which outputs are wanted.
  /// - Returns: "hidden_states.0" … L [N,S,H] on request (0 is the embeddings
  ///   after LayerNorm), "attentions.0" … L−1 [N,heads,S,S] on request,
  ///   "last_hidden_state" [N,S,H], "pooler_output" [N,H] where the model has a
  ///   pooler, and the head's "logits" ([B,S,V] masked LM, [B,S,labels] token
  ///   classification, [B,labels] sequence classification, [B,C] multiple
  ///   choice) or "start_logits" and "end_logits" [B,S]. N is B, or B·C for
  ///   multiple choice.
  /// - Throws: `input.*` before any work, `output.layer` and `output.size`
  ///   for attention probabilities of a layer that is not there, or of more
  ///   than 2 GiB; otherwise as `init`.
  public func forward(
    _ inputs: EncoderInputs, options: ForwardOptions = ForwardOptions()
  ) throws(LFError) -> ModelOutputs {
    try forward(inputs, options: options, clock: nil)
  }

  /// The same, with the time of each part added up by a clock.
  package func forward(
    _ inputs: EncoderInputs, options: ForwardOptions, clock: PartClock?
  ) throws(LFError) -> ModelOutputs {
    try check(options.attentionProbabilities, inputs)
    var pass = try ForwardPass(model: self, inputs: inputs, clock: clock)
    var tensors: [OutputTensor] = []
    if options.hiddenStates { tensors.append(pass.hiddenStates()) }
    while pass.completedLayers < configuration.layerCount {
      if options.attentionProbabilities.contains(pass.completedLayers) {
        if let attentions = try pass.runLayerWithAttentions() { tensors.append(attentions) }
      } else {
        _ = try pass.runLayer()
      }
      if options.hiddenStates { tensors.append(pass.hiddenStates()) }
    }
    return ModelOutputs(tensors + (try pass.finish(head: options.head)))
  }

  /// Begins a forward pass that the caller drives layer by layer, for instance
  /// two models in step.
  public func begin(_ inputs: EncoderInputs) throws(LFError) -> ForwardPass {
    try ForwardPass(model: self, inputs: inputs)
  }

  private func check(_ attentions: LayerSelection, _ inputs: EncoderInputs) throws(LFError) {
    let count = configuration.layerCount
    if let layer = attentions.stranger(among: count) {
      throw .refused(
        "output.layer", at: .init(entry: "attentions"),
        expected: "layers from 0 to \(count - 1)", found: "\(layer)")
    }
    let (sequences, overflow) = inputs.batch.multipliedReportingOverflow(by: inputs.choices ?? 1)
    try AttentionTableSize(layers: attentions.size(among: count), configuration: configuration)
      .check(sequences: overflow ? .max : sequences, length: inputs.length)
  }

  /// Memory for the weights of a layer.
  static func memory(
    _ configuration: ModelConfiguration, _ layer: Int
  ) throws(LFError) -> LayerWeights {
    try LayerWeights(
      configuration: configuration, hasGlobal: configuration.hasGlobalTokens(layer: layer))
  }
}

/// How much of a model stays in memory.
public enum Residency: Sendable, Equatable {
  /// All weights are read once, when the model is made.
  case resident
  /// The same, but what a text may not need is read when the first text needs it:
  /// rows of the embedding tables, and the projections for global tokens. A model
  /// is ready sooner; its file must stay as it is.
  case onDemand
  /// A layer's weights are read when it runs and then dropped, of the embedding
  /// tables only the rows that occur: memory is bounded by one layer, whatever
  /// the number of layers and the vocabulary.
  case streamed
}
