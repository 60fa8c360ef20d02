import LFCore
import LFEncoder
import LFFamilies

/// One suspected fault, as the run with that one thing set right.
struct Hypothesis {
  /// What the user is told when all outputs agree with it.
  let text: String
  /// The run with the one thing set right.
  let run: CaseRun
  /// Tokens whose embeddings cannot be known under it: a shifted table has lost
  /// its outermost rows.
  var unknown: Set<Int> = []
}

/// Tests a hypothesis: runs the case with the one thing set right, and stops at
/// the first output that drifts all the same.
struct HypothesisTest {
  let run: CaseRun
  /// The first hidden states that drift in the case as it is.
  let firstDrift: Int?

  /// Whether everything agrees under the hypothesis.
  ///
  /// - Throws: errors of reading. A run that cannot be computed, as with other
  ///   global tokens than the model admits, only refutes the hypothesis.
  func confirms(_ hypothesis: Hypothesis) throws(LFError) -> Bool {
    do throws(LFError) {
      return try everythingAgrees(hypothesis)
    } catch {
      guard ["input.", "weights.", "output."].contains(where: error.code.hasPrefix) else {
        throw error
      }
      return false
    }
  }

  private func everythingAgrees(_ hypothesis: Hypothesis) throws(LFError) -> Bool {
    var pass = try hypothesis.run.model().begin(hypothesis.run.inputs)
    guard agrees(pass.hiddenStates(), hypothesis) else { return false }
    // With embeddings unknown, later layers cannot be judged.
    if !hypothesis.unknown.isEmpty { return firstDrift == 0 }
    let recorded = run.expected.attentionLayers
    while pass.completedLayers < hypothesis.run.configuration.layerCount {
      if recorded.contains(pass.completedLayers) {
        guard let own = try pass.runLayerWithAttentions(), agrees(own, hypothesis) else {
          return false
        }
      } else {
        _ = try pass.runLayer()
      }
      guard run.expected.needHiddenStates else { continue }
      guard agrees(pass.hiddenStates(), hypothesis) else { return false }
    }
    let rest = try pass.finish()
    for expected in run.expected.outputs
    where OutputComparison.layer(expected.name) == nil
      && OutputComparison.attentionLayer(expected.name) == nil
    {
      guard let own = rest.first(where: { $0.name == expected.name }), agrees(own, hypothesis)
      else { return false }
    }
    return true
  }

  private func agrees(_ own: OutputTensor, _ hypothesis: Hypothesis) -> Bool {
    guard let expected = run.expected.outputs.first(where: { $0.name == own.name }) else {
      return true
    }
    let comparison = hypothesis.run.compare(own, with: expected)
    if hypothesis.unknown.isEmpty { return comparison.passed }
    return comparison.tokenErrors.enumerated().allSatisfy {
      $0.element <= 1 || hypothesis.unknown.contains($0.offset)
    }
  }
}
