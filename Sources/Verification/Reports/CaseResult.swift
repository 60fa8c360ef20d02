public import TensorCore

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
    return outputs.allSatisfy(\.passed) && differingTensors.isEmpty ? .pass : .fail
  }

  /// One line on what is wrong; empty when nothing is.
  public var message: String {
    if let error { return error.description }
    if let tensor = differingTensors.first {
      let rest = differingTensors.count - 1
      return "tensor \(tensor.name) \(tensor.reason)" + (rest > 0 ? ", and \(rest) more" : "")
    }
    guard let output = outputs.first(where: { !$0.passed }) else { return "" }
    if !output.message.isEmpty { return "\(output.name): \(output.message)" }
    let place = output.worstIndex.map(String.init).joined(separator: ",")
    return "\(output.name) is off by \(output.maxAbsolute.rounded3) at [\(place)]"
  }

  /// Largest error of all outputs.
  public var maxAbsolute: Double {
    outputs.reduce(0) { $1.maxAbsolute.isNaN ? .nan : max($0, $1.maxAbsolute) }
  }
}
