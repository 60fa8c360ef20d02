import LFEncoder
import LFFamilies

/// The global tokens of a case.
enum GlobalTokens {
  /// Whether each token is global; a default that depends on separators counts
  /// as none.
  static func flags(_ run: CaseRun) -> [Bool] {
    let count = run.sequenceCount * run.inputs.length
    var flags = run.inputs.globalAttentionMask?.map { $0 != 0 }
    if flags == nil, run.configuration.head == .sequenceClassification {
      flags = (0..<count).map { $0.isMultiple(of: run.inputs.length) }
    }
    var result = flags ?? Array(repeating: false, count: count)
    if let mask = run.inputs.attentionMask {
      for token in result.indices where mask[token] == 0 { result[token] = false }
    }
    return result
  }
}
