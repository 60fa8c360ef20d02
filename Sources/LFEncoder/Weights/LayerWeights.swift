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
    func linear(_ out: Int, _ input: Int) throws(LFError) -> LinearWeights {
      LinearWeights(
        weight: try Matrix(rows: out, columns: input), bias: try Matrix(rows: 1, columns: out))
    }
    func norm() throws(LFError) -> NormWeights {
      NormWeights(
        gain: try Matrix(rows: 1, columns: hidden), shift: try Matrix(rows: 1, columns: hidden))
    }
    projections = try linear(3 * hidden, hidden)
    globalQuery = hasGlobal ? try linear(hidden, hidden) : nil
    globalKey = hasGlobal ? try linear(hidden, hidden) : nil
    globalValue = hasGlobal ? try linear(hidden, hidden) : nil
    attentionOutput = try linear(hidden, hidden)
    attentionNorm = try norm()
    intermediate = try linear(inner, hidden)
    output = try linear(hidden, inner)
    outputNorm = try norm()
  }

  /// Where each tensor of layer `index` goes.
  func slots(_ index: Int) -> [WeightSlot] {
    let hidden = projections.weight.columns
    let layer = "encoder.layer.\(index)."
    var slots: [WeightSlot] = []
    func add(_ name: String, _ linear: LinearWeights) {
      slots.append(WeightSlot(name: TensorName(layer + name + ".weight"), target: linear.weight))
      slots.append(
        WeightSlot(name: TensorName(layer + name + ".bias"), target: linear.bias, isVector: true))
    }
    func add(_ name: String, _ norm: NormWeights) {
      slots.append(
        WeightSlot(name: TensorName(layer + name + ".weight"), target: norm.gain, isVector: true))
      slots.append(
        WeightSlot(name: TensorName(layer + name + ".bias"), target: norm.shift, isVector: true))
    }
    for (part, name) in ["query", "key", "value"].enumerated() {
      let rows = part * hidden..<(part + 1) * hidden
      add("attention.self." + name, projections.outputs(rows))
    }
    if let globalQuery { add("attention.self.query_global", globalQuery) }
    if let globalKey { add("attention.self.key_global", globalKey) }
    if let globalValue { add("attention.self.value_global", globalValue) }
    add("attention.output.dense", attentionOutput)
    add("attention.output.LayerNorm", attentionNorm)
    add("intermediate.dense", intermediate)
    add("output.dense", output)
    add("output.LayerNorm", outputNorm)
    return slots
  }
}
