import LFCore
import LFFamilies

/// All weights of one encoder layer, in float32.
///
/// The memory can be filled again with another layer's weights, which is how a
/// streamed model keeps to one layer.
struct LayerWeights: Sendable {
  /// query, key and value one below the other, so that one product makes all.
  let projections: LinearWeights  // [3H, H]
  let globalQuery: LinearWeights?  // [H, H]; nil where attention is full
  let globalKey: LinearWeights?  // [H, H]
  let globalValue: LinearWeights?  // [H, H]
  let attentionOutput: LinearWeights  // [H, H]
  let attentionNorm: NormWeights  // [H]
  let intermediate: LinearWeights  // [I, H]
  let output: LinearWeights  // [H, I]
  let outputNorm: NormWeights  // [H]

  /// Memory for a layer, not filled.
  init(configuration: ModelConfiguration, hasGlobal: Bool) throws(LFError) {
    let hidden = configuration.hiddenSize
    let inner = configuration.intermediateSize
    projections = try LinearWeights(outputs: 3 * hidden, inputs: hidden)
    globalQuery = hasGlobal ? try LinearWeights(outputs: hidden, inputs: hidden) : nil
    globalKey = hasGlobal ? try LinearWeights(outputs: hidden, inputs: hidden) : nil
    globalValue = hasGlobal ? try LinearWeights(outputs: hidden, inputs: hidden) : nil
    attentionOutput = try LinearWeights(outputs: hidden, inputs: hidden)
    attentionNorm = try NormWeights(width: hidden)
    intermediate = try LinearWeights(outputs: inner, inputs: hidden)
    output = try LinearWeights(outputs: hidden, inputs: inner)
    outputNorm = try NormWeights(width: hidden)
  }

  /// The same weights for other attention, with global projections or without.
  ///
  /// - Parameter hasGlobal: whether they are needed; those that are there serve,
  ///   others are memory that is not filled.
  init(sharing other: LayerWeights, hasGlobal: Bool) throws(LFError) {
    projections = other.projections
    attentionOutput = other.attentionOutput
    attentionNorm = other.attentionNorm
    intermediate = other.intermediate
    output = other.output
    outputNorm = other.outputNorm
    let hidden = projections.weight.columns
    func linear(_ old: LinearWeights?) throws(LFError) -> LinearWeights? {
      guard hasGlobal else { return nil }
      if let old { return old }
      return try LinearWeights(outputs: hidden, inputs: hidden)
    }
    globalQuery = try linear(other.globalQuery)
    globalKey = try linear(other.globalKey)
    globalValue = try linear(other.globalValue)
  }

  /// Where each tensor of layer `index` goes.
  ///
  /// - Parameter globals: which tensors the global projections are read from.
  func slots(_ index: Int, _ globals: GlobalProjections = .own) -> [WeightSlot] {
    let hidden = projections.weight.columns
    let layer = "encoder.layer.\(index)."
    var slots: [WeightSlot] = []
    for (part, name) in ["query", "key", "value"].enumerated() {
      let rows = part * hidden..<(part + 1) * hidden
      slots += WeightSlot.linear(layer + "attention.self." + name, projections, rows: rows)
    }
    slots += globalSlots(index, globals)
    slots += WeightSlot.linear(layer + "attention.output.dense", attentionOutput)
    slots += WeightSlot.norm(layer + "attention.output.LayerNorm", attentionNorm)
    slots += WeightSlot.linear(layer + "intermediate.dense", intermediate)
    slots += WeightSlot.linear(layer + "output.dense", output)
    slots += WeightSlot.norm(layer + "output.LayerNorm", outputNorm)
    return slots
  }

  /// The same for the global projections alone.
  func globalSlots(_ index: Int, _ globals: GlobalProjections) -> [WeightSlot] {
    var slots: [WeightSlot] = []
    for (name, linear) in [("query", globalQuery), ("key", globalKey), ("value", globalValue)] {
      guard let linear else { continue }
      slots += WeightSlot.linear(
        "encoder.layer.\(index).attention.self." + name + (globals == .own ? "_global" : ""),
        linear)
    }
    return slots
  }
}
