public import LFCore

/// What verifying one case gave.
public struct CaseResult: Sendable {
  /// How it ended.
  public enum Status: String, Sendable {
    /// Everything agreed.
    case pass
    /// It was compared, and something differs.
    case fail
    /// It could not be compared.
    case error
  }

  public let name: String
  public let folder: String
  public var outputs: [OutputComparison] = []
  /// How many tensors were compared byte for byte; 0 when none were expected.
  public var tensorsCompared = 0
  public var differingTensors: [TensorDifference] = []
  /// The likely cause of a failure, where the errors tell it.
  public var diagnosis: Diagnosis?
  /// Whether broken copies of the case failed, when that was asked for.
  public var teeth: Teeth?
  /// What a page shows beyond the numbers, when that was asked for.
  var details: CaseDetails?
  /// Why it could not be compared.
  public var error: LFError?
  public var seconds = 0.0

  init(name: String, folder: String, error: LFError? = nil) {
    self.name = name
    self.folder = folder
    self.error = error
  }

  public var status: Status {
    if error != nil { return .error }
    let agrees = outputs.allSatisfy(\.passed) && differingTensors.isEmpty
    return agrees && teeth?.missed.isEmpty != false ? .pass : .fail
  }

  /// The number of the first hidden states beyond tolerance, 0 being the
  /// embeddings; nil when none are, or when no hidden states are expected.
  public var firstDriftingLayer: Int? {
    outputs.first { !$0.passed && $0.layer != nil }?.layer
  }

  /// Where the drift begins, in words.
  var driftText: String? {
    guard let layer = firstDriftingLayer else { return nil }
    let last = outputs.compactMap(\.layer).max() ?? layer
    let place = layer == 0 ? "in the embeddings" : "in layer \(layer) of \(last)"
    return "drift begins \(place) (hidden_states.\(layer))"
  }

  /// One line on what is wrong; empty when nothing is.
  public var message: String {
    if let error { return error.description }
    var parts: [String] = []
    if let tensor = differingTensors.first {
      let rest = differingTensors.count - 1
      parts.append(
        "tensor \(tensor.name) \(tensor.reason)" + (rest > 0 ? ", and \(rest) more" : ""))
    }
    if let drift = driftText { parts.append(drift) }
    if let output = outputs.first(where: { !$0.passed }) {
      let place = output.worstIndex.map(String.init).joined(separator: ",")
      parts.append(
        output.message.isEmpty
          ? "\(output.name) is off by \(output.maxAbsolute.rounded3) at [\(place)]"
          : "\(output.name): \(output.message)")
    }
    if parts.isEmpty, let missed = teeth?.missed.first { parts.append("no teeth: \(missed)") }
    return parts.joined(separator: "; ")
  }

  /// A hint on what to do about it.
  public var hint: String? { diagnosis?.text ?? error?.hint }

  /// Largest error of all outputs.
  public var maxAbsolute: Double {
    outputs.reduce(0) { $1.maxAbsolute.isNaN ? .nan : max($0, $1.maxAbsolute) }
  }
}
