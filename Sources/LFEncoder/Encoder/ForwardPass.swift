public import LFCore
import LFFamilies

/// One forward pass, driven layer by layer.
public struct ForwardPass {
  private let model: EncoderModel
  private let inputs: PreparedInputs
  private let memory: LayerMemory
  private let workers: Workers
  private let states: Matrix  // [N·S, H]
  /// Memory for the layer of a streamed model.
  private var streamed: LayerWeights?
  /// Layers that have run.
  public private(set) var completedLayers = 0

  /// Checks the inputs and computes the embeddings.
  init(
    model: EncoderModel, inputs: EncoderInputs, clock: PartClock? = nil
  ) throws(LFError) {
    self.model = model
    var workers = model.workers
    workers.clock = clock
    self.workers = workers
    self.inputs = try PreparedInputs(inputs, configuration: model.configuration)
    memory = try LayerMemory(
      configuration: model.configuration, inputs: self.inputs, workers: workers)
    states = try Matrix(rows: self.inputs.tokens, columns: model.configuration.hiddenSize)
    try Embeddings(
      configuration: model.configuration, weights: model.embeddings, reader: model.reader,
      workers: workers.timing(.embeddings)
    ).run(self.inputs, into: states)
  }

  /// Runs the next layer; false when all have run.
  public mutating func runLayer() throws(LFError) -> Bool {
    guard completedLayers < model.configuration.layerCount else { return false }
    try run(weights(completedLayers))
    return true
  }

  /// Runs the next layer of this pass and of another whose model has the same
  /// layer weights, which are read once for both.
  ///
  /// - Parameter other: has completed as many layers as this pass; its model
  ///   has the same sizes, and global projections only if this one's has.
  /// - Returns: false when all layers have run.
  public mutating func runLayer(with other: inout ForwardPass) throws(LFError) -> Bool {
    guard completedLayers < model.configuration.layerCount else { return false }
    let weights = try weights(completedLayers)
    try run(weights)
    try other.run(weights)
    return true
  }

  private mutating func run(_ weights: LayerWeights) throws(LFError) {
    try layer(weights).run(states)
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
    let layer = layer(try weights(completedLayers))
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

  private func hidden(_ name: String) -> OutputTensor {
    OutputTensor(
      name: name, shape: [inputs.sequences.count, inputs.length, states.columns], copying: states)
  }

  /// The next layer.
  private func layer(_ weights: LayerWeights) -> EncoderLayer {
    EncoderLayer(
      configuration: model.configuration, weights: weights,
      pattern: model.configuration.attention[completedLayers], inputs: inputs, memory: memory,
      workers: workers)
  }

  private mutating func weights(_ layer: Int) throws(LFError) -> LayerWeights {
    if model.residency == .resident { return model.layers[layer] }
    let hasGlobal = model.configuration.hasGlobalTokens(layer: layer)
    let memory: LayerWeights
    if let streamed, (streamed.globalQuery != nil) == hasGlobal {
      memory = streamed
    } else {
      memory = try EncoderModel.memory(model.configuration, layer)
      streamed = memory
    }
    try model.reader.read(
      memory.slots(layer, model.configuration.globalProjections), workers: model.workers)
    return memory
  }
}
