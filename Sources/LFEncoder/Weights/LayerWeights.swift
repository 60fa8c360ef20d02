import LFCore
import LFFamilies

/// All weights of one encoder layer, in float32.
///
/// The memory can be filled again with another layer's weights, which is how a
/// streamed model keeps to one layer.
struct LayerWeights: Sendable {
  /// query, key and value one below the other, so that one product makes all.
  let projections: LinearWeights  // [3H, H]
  let global: GlobalWeights?  // nil where attention has no global tokens
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
    global = hasGlobal ? try GlobalWeights(hidden: hidden) : nil
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
    if hasGlobal, other.global == nil {
      global = try GlobalWeights(hidden: projections.weight.columns)
    } else {
      global = hasGlobal ? other.global : nil
    }
  }

  /// Where each tensor of layer `index` goes, those of `global` left out.
  func slots(_ index: Int) -> [WeightSlot] {
    let hidden = projections.weight.columns
    let layer = "encoder.layer.\(index)."
    var slots: [WeightSlot] = []
    for (part, name) in ["query", "key", "value"].enumerated() {
      let rows = part * hidden..<(part + 1) * hidden
      slots += WeightSlot.linear(layer + "attention.self." + name, projections, rows: rows)
    }
    slots += WeightSlot.linear(layer + "attention.output.dense", attentionOutput)
    slots += WeightSlot.norm(layer + "attention.output.LayerNorm", attentionNorm)
    slots += WeightSlot.linear(layer + "intermediate.dense", intermediate)
    slots += WeightSlot.linear(layer + "output.dense", output)
    slots += WeightSlot.norm(layer + "output.LayerNorm", outputNorm)
    return slots
  }
}
