package import LFCore
import LFFamilies
import Synchronization

/// How much of a layer's attention other patterns leave out.
package struct DroppedAttention: Sendable {
  /// For every head the probability that the layer's queries give to keys which
  /// the pattern does not see, the mean over all unpadded queries.
  package let perHead: [Double]
}

extension ForwardPass {
  /// Runs the next layer, and tells what other patterns would leave out of its
  /// attention, given the same states.
  ///
  /// - Parameters:
  ///   - models: the same weights under other patterns.
  ///   - inputs: those of each, of this pass's shape.
  /// - Returns: for each model its dropped attention.
  /// - Throws: as `runLayerWithAttentions`.
  package mutating func runLayer(
    droppedBy models: [EncoderModel], inputs: [PreparedInputs]
  ) throws(LFError) -> [DroppedAttention] {
    let number = completedLayers
    var rules: [SettledRules] = []
    for (other, prepared) in zip(models, inputs) {
      rules.append(try SettledRules(model: other, inputs: prepared, layer: number, states: states))
    }
    guard let table = try runLayerWithAttentions() else { return [] }
    var own: [Matrix] = []  // [1, S] for each worker
    for _ in 0..<workers.count { own.append(try Matrix(rows: 1, columns: table.shape[3])) }
    return zip(rules, inputs).map { rules, prepared in
      DroppedAttention(
        perHead: Self.dropped(table, rules: rules, inputs: prepared, workers, own))
    }
  }

  /// What a pattern shows in one layer, with everything settled that depends on
  /// the states.
  private struct SettledRules {
    private let attention: any PatternAttention
    private let rule: any AttentionRule

    init(
      model: EncoderModel, inputs: PreparedInputs, layer: Int, states: Matrix
    ) throws(LFError) {
      let memory = try LayerMemory(
        configuration: model.configuration, inputs: inputs, workers: model.workers)
      let layer = EncoderLayer(
        configuration: model.configuration, weights: model.layers[layer],
        pattern: model.configuration.attention[layer], inputs: inputs, memory: memory,
        workers: model.workers)
      rule = layer.pattern.rule
      // What depends on the states is settled by their projections.
      layer.project(states)
      attention = layer.attention
      try attention.run()
    }

    func of(sequence: Int, head: Int) -> any AttentionRule {
      attention.settledRule(sequence: sequence, head: head) ?? rule
    }
  }

  private static func dropped(
    _ table: OutputTensor, rules: SettledRules, inputs: PreparedInputs, _ workers: Workers,
    _ memory: [Matrix]
  ) -> [Double] {
    let heads = table.shape[1]
    let length = inputs.length
    let sums = Mutex([Double](repeating: 0, count: heads))
    workers.run(inputs.sequences.count * heads) { task, worker in
      let (sequence, head) = (task / heads, task % heads)
      let mask = inputs.sequences[sequence]
      let visible = VisibleKeys(rule: rules.of(sequence: sequence, head: head), mask: mask)
      let hidden = memory[worker]
      var sum = 0.0
      for query in 0..<length where mask.isKept[query] {
        let start = (task * length + query) * length
        _ = visible.write(query: query, head: head, into: hidden)
        for key in 0..<length where hidden[0, key] < 0 { sum += Double(table.values[start + key]) }
      }
      sums.withLock { $0[head] += sum }
    }
    let queries = inputs.sequences.reduce(0) { $0 + $1.isKept.count { $0 } }
    return sums.withLock { $0.map { $0 / Double(max(1, queries)) } }
  }
}
