import LFCore
import LFEncoder
import LFFamilies

/// Runs a case with a cure, and gives up at the first output that drifts.
struct CureTrial {
  let run: CaseRun
  /// The first hidden states that drift without the cure.
  let firstDrift: Int?

  /// Whether everything agrees with the cure.
  func agrees(_ cure: Cure) -> Bool { (try? everythingAgrees(cure)) ?? false }

  private func everythingAgrees(_ cure: Cure) throws(LFError) -> Bool {
    var pass = try cure.run.model().begin(cure.run.inputs)
    guard agree(pass.hiddenStates(), cure) else { return false }
    // With embeddings unknown, later layers cannot be judged.
    if !cure.unknown.isEmpty { return firstDrift == 0 }
    let recorded = run.goals.attentionLayers
    while pass.completedLayers < cure.run.configuration.layerCount {
      if recorded.contains(pass.completedLayers) {
        guard let own = try pass.runLayerWithAttentions(), agree(own, cure) else { return false }
      } else {
        _ = try pass.runLayer()
      }
      guard run.goals.needHiddenStates else { continue }
      guard agree(pass.hiddenStates(), cure) else { return false }
    }
    let rest = try pass.finish()
    for goal in run.goals.outputs
    where OutputComparison.layer(goal.name) == nil
      && OutputComparison.attentionLayer(goal.name) == nil
    {
      guard let own = rest.first(where: { $0.name == goal.name }), agree(own, cure) else {
        return false
      }
    }
    return true
  }

  private func agree(_ own: OutputTensor, _ cure: Cure) -> Bool {
    guard let goal = run.goals.outputs.first(where: { $0.name == own.name }) else { return true }
    let comparison = cure.run.compare(own, with: goal)
    if cure.unknown.isEmpty { return comparison.passed }
    return comparison.tokenErrors.enumerated().allSatisfy {
      $0.element <= 1 || cure.unknown.contains($0.offset)
    }
  }
}
