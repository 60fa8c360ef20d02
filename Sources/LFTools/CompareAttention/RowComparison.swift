import LFCore
import LFEncoder
import LFFamilies

/// One row under every pattern.
struct RowComparison {
  let row: EvaluationRows.Row
  let inputs: EncoderInputs

  /// Adds the row to the sums of all patterns; the first is full attention.
  func run(_ runs: inout [PatternRun], progress: (Double) -> Void) throws(LFError) {
    let isKept = row.mask.map { $0 != 0 }
    let scored = row.ids.indices.filter { place in
      (row.labels ?? []).indices.contains(place) && row.labels?[place] != EvaluationRows.ignored
    }
    let labels = scored.compactMap { row.labels?[$0] }
    let hasHead = runs[0].model.hasMaskedLanguageModel && !scored.isEmpty
    var full: [OutputTensor] = []  // [1,S,H] after every layer
    var features: TokenFeatures?
    for number in runs.indices {
      let name = runs[number].name
      let given = try name.applied(to: inputs)
      var distances = runs[number].distances
      var pass = try runs[number].run(given) { layer, states in
        if number == 0 { full.append(states) }
        distances[layer].add(states, full[layer], isKept: isKept)
      }
      runs[number].distances = distances
      if hasHead {
        let own = try pass.features(at: scored)
        let measure = features ?? own
        features = measure
        try runs[number].head.add(
          own, measure, labels: labels, positions: scored, model: runs[number].model)
      }
      progress(Double(number + 1) / Double(runs.count + 1))
    }
    try addDropped(&runs, queries: isKept.count { $0 })
    progress(1)
  }

  /// Bytes of the table of one layer's attention; more is not computed.
  private static let mostTableBytes = 1 << 30

  private func addDropped(_ runs: inout [PatternRun], queries: Int) throws(LFError) {
    let heads = runs[0].model.configuration.headCount
    let length = row.ids.count
    guard length <= 1 << 15, heads * length * length * 4 <= Self.mostTableBytes else {
      for number in runs.indices { runs[number].dropped = nil }
      return
    }
    // Full attention, the first, drops nothing.
    let others = runs.indices.dropFirst()
    if others.isEmpty { return }
    var prepared: [PreparedInputs] = []
    for run in runs[others] {
      prepared.append(
        try PreparedInputs(
          try run.name.applied(to: inputs), configuration: run.model.configuration))
    }
    var pass = try runs[0].model.begin(try runs[0].name.applied(to: inputs))
    for layer in 0..<runs[0].model.configuration.layerCount {
      let found = try pass.runLayer(droppedBy: runs[others].map(\.model), inputs: prepared)
      for (number, dropped) in zip(others, found) {
        for (head, share) in dropped.perHead.enumerated() {
          runs[number].dropped?[layer][head] += share * Double(queries)
        }
      }
    }
    for number in runs.indices { runs[number].queries += queries }
  }
}
