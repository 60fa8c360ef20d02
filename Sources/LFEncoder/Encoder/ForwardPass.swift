public import LFCore
import LFFamilies

/// One forward pass, driven layer by layer.
public struct ForwardPass {
  private let model: EncoderModel
  private let inputs: PreparedInputs
  private let memory: LayerMemory
  let workers: Workers
  let states: Matrix  // [N·S, H]
  /// Memory for the layer of a streamed model.
  private var streamed: LayerWeights?
  /// Layers that have run.
  public private(set) var completedLayers = 0

  /// Checks the inputs and computes the embeddings.
  init(
    model: EncoderModel, inputs: EncoderInputs, clock: PartClock? = nil
  ) throws(LFError) {
    try self.init(
      model: model, prepared: try PreparedInputs(inputs, configuration: model.configuration),
      clock: clock)
  }

  /// Computes the embeddings.
  init(
    model: EncoderModel, prepared: PreparedInputs, clock: PartClock? = nil
  ) throws(LFError) {
    self.model = model
    var workers = model.workers
    workers.clock = clock
    self.workers = workers
    inputs = prepared
    memory = try LayerMemory(
      configuration: model.configuration, inputs: self.inputs, workers: workers)
    states = try Matrix(rows: self.inputs.tokens, columns: model.configuration.hiddenSize)
    try Embeddings(
      configuration: model.configuration, weights: model.embeddings,
      workers: workers.timing(.embeddings)
    ).run(self.inputs, into: states)
  }

  /// Runs the next layer; false when all have run.
  public mutating func runLayer() throws(LFError) -> Bool {
    guard completedLayers < model.configuration.layerCount else { return false }
    try run(weights(completedLayers))
    return true
  }

  private mutating func run(_ weights: LayerWeights, noise: RoundingNoise? = nil) throws(LFError) {
    try layer(weights, noise).run(states)
    completedLayers += 1
  }

  /// Runs the next layer, and tells who attended to whom in it.
  ///
  /// - Returns: "attentions.n" [N,heads,S,S], where n counts layers from 0:
  ///   the probability with which a query (third dimension) takes each key's
  ///   value (fourth). Nil when all layers have run.
  /// - Throws: `output.size` when that would exceed 2 GiB, before the layer
  ///   runs; otherwise as `runLayer`.
  public mutating func runLayerWithAttentions() throws(LFError) -> OutputTensor? {
    guard completedLayers < model.configuration.layerCount else { return nil }
    try AttentionTableSize(layers: 1, configuration: model.configuration).check(
      sequences: inputs.sequences.count, length: inputs.length)
    let layer = layer(try weights(completedLayers), nil)
    try layer.attend(states)
    let attentions = try AttentionProbabilities(
      context: AttentionContext(
        configuration: model.configuration, inputs: inputs, memory: memory.attention,
        workers: workers),
      weights: layer.weights, rule: layer.pattern.rule, attention: layer.attention
    ).table(states, name: "attentions.\(completedLayers)")
    layer.finish(states)
    completedLayers += 1
    return attentions
  }

  /// The hidden states after the layers that have run, [N,S,H], by Hugging
  /// Face's name "hidden_states.n".
  public func hiddenStates() -> OutputTensor { hidden("hidden_states.\(completedLayers)") }

  /// Runs the layers that are left, then pooler and head.
  ///
  /// - Parameter head: whether pooler and head run.
  /// - Returns: "last_hidden_state" and the head's outputs.
  public mutating func finish(head: Bool = true) throws(LFError) -> [OutputTensor] {
    while try runLayer() {}
    streamed = nil
    let last = hidden("last_hidden_state")
    guard head else { return [last] }
    return [last] + (try HeadRun(model: model, inputs: inputs, states: states).outputs())
  }

  /// Runs the layers that are left, then the masked-LM head but for its decoder,
  /// on some tokens.
  ///
  /// - Parameter tokens: places in [N·S].
  /// - Throws: `head.masked-lm` when the model has no such head.
  package mutating func features(at tokens: [Int]) throws(LFError) -> TokenFeatures {
    while try runLayer() {}
    return try HeadRun(model: model, inputs: inputs, states: try states.gathered(tokens))
      .tokenFeatures()
  }

  private func hidden(_ name: String) -> OutputTensor {
    OutputTensor(
      name: name, shape: [inputs.sequences.count, inputs.length, states.columns], copying: states)
  }

  /// The next layer.
  private func layer(_ weights: LayerWeights, _ noise: RoundingNoise?) -> EncoderLayer {
    EncoderLayer(
      configuration: model.configuration, weights: weights,
      pattern: model.configuration.attention[completedLayers], inputs: inputs, memory: memory,
      workers: workers, noise: noise)
  }

  /// - Parameter isShared: whether other passes use them too, which may have
  ///   global tokens where this one has none.
  private mutating func weights(
    _ layer: Int, isShared: Bool = false
  ) throws(LFError) -> LayerWeights {
    let globals = model.configuration.globalProjections
    if model.residency != .streamed {
      let weights = model.layers[layer]
      if isShared || inputs.sequences.contains(where: { !$0.globals.isEmpty }) {
        try weights.global?.require(layer, globals, model.reader, model.workers)
      }
      return weights
    }
    let hasGlobal = model.configuration.hasGlobalTokens(layer: layer)
    let memory: LayerWeights
    if let streamed, (streamed.global != nil) == hasGlobal {
      memory = streamed
    } else {
      memory = try EncoderModel.memory(model.configuration, layer)
      streamed = memory
    }
    try model.reader.read(
      memory.slots(layer) + (memory.global?.slots(layer, globals) ?? []), workers: model.workers)
    return memory
  }

  // MARK: Passes in step

  /// A layer's weights in memory, valid until the pass that read them reads the
  /// next ones.
  package struct LoadedLayer {
    fileprivate let weights: LayerWeights
  }

  /// Reads the weights of the next layer; nil when all layers have run.
  package mutating func loadLayer() throws(LFError) -> LoadedLayer? {
    guard completedLayers < model.configuration.layerCount else { return nil }
    return LoadedLayer(weights: try weights(completedLayers, isShared: true))
  }

  /// Runs the next layer with weights that another pass may have read, so that
  /// they are read once for several passes.
  ///
  /// - Parameters:
  ///   - layer: of a model of the same sizes, with global projections if this
  ///     one's has them.
  ///   - noise: changes every intermediate result; nil computes the layer.
  package mutating func run(
    _ layer: LoadedLayer, noise: RoundingNoise? = nil
  ) throws(LFError) {
    try run(layer.weights, noise: noise)
  }

  /// Goes on from where another pass is: takes its hidden states over.
  ///
  /// - Parameter other: of a model as wide, with as many tokens.
  package mutating func adopt(_ other: ForwardPass) {
    states.copy(other.states)
    completedLayers = other.completedLayers
  }

  /// Changes the hidden states.
  package mutating func perturb(_ noise: RoundingNoise) { noise.apply(to: states, .states) }

  /// A second pass of the same model over the same inputs, at the same place,
  /// in memory of its own.
  package func twin() throws(LFError) -> ForwardPass { try ForwardPass(twinOf: self) }

  private init(twinOf other: ForwardPass) throws(LFError) {
    model = other.model
    inputs = other.inputs
    workers = other.workers
    memory = try LayerMemory(
      configuration: model.configuration, inputs: inputs, workers: workers)
    states = try Matrix(rows: other.states.rows, columns: other.states.columns)
    adopt(other)
  }
}
