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

  /// The case's name.
  public let name: String
  /// The case's folder.
  public let folder: String
  /// The model that was verified; nil when the case could not be read.
  public internal(set) var modelPath: String?
  /// Every expected output, in the order of the computation.
  public internal(set) var outputs: [OutputComparison] = []
  /// Names under which the case states bits of outputs that it does not expect.
  public internal(set) var unusedBits: [String] = []
  /// How many tensors were compared, with values or with digests; 0 when none were
  /// expected.
  public internal(set) var tensorsCompared = 0
  /// Whether they were compared with digests.
  public internal(set) var comparesDigests = false
  /// Tensors that are not as expected.
  public internal(set) var differingTensors: [TensorDifference] = []
  /// Files that are not those whose digests the case records; looked for when it
  /// did not pass.
  public internal(set) var changedFiles: [ChangedFile] = []
  /// The likely cause of a failure, where the errors tell it.
  public internal(set) var diagnosis: Diagnosis?
  /// What became of the case's mutants, when that was asked for.
  public internal(set) var mutations: MutationScore?
  /// What a page shows beyond the numbers, when that was asked for.
  var details: CaseDetails?
  /// Why it could not be compared.
  public internal(set) var error: LFError?
  /// Time that the case took.
  public internal(set) var seconds = 0.0

  init(name: String, folder: String, error: LFError? = nil) {
    self.name = name
    self.folder = folder
    self.error = error
  }

  /// How it ended, from all of the above.
  public var status: Status {
    if error != nil { return .error }
    let agrees = outputs.allSatisfy(\.passed) && differingTensors.isEmpty
    return agrees && mutations?.survived.isEmpty != false ? .pass : .fail
  }

  /// Outputs whose bits are not those that the case states.
  public var changedBits: [String] { outputs.filter(\.haveBitsChanged).map(\.name) }

  /// A warning about such outputs that did not fail, and about bits of outputs
  /// that are not expected; nil when there are none.
  public var warning: String? {
    let changed = outputs.filter(\.deservesWarning).map(\.name)
    var parts: [String] = []
    for (text, names) in [
      ("other bits than the case states", changed),
      ("bits of outputs that the case does not expect", unusedBits),
    ] {
      guard let first = names.first else { continue }
      parts.append("\(text): \(first)" + (names.count > 1 ? " and \(names.count - 1) more" : ""))
    }
    return parts.isEmpty ? nil : parts.joined(separator: "; ")
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
    var parts: [String] = []
    if let file = changedFiles.first {
      let rest = changedFiles.count - 1
      parts.append(file.text + (rest > 0 ? ", and \(rest) more" : ""))
    }
    if let error { return (parts + [error.oneLine]).joined(separator: "; ") }
    if let tensor = differingTensors.first {
      let rest = differingTensors.count - 1
      parts.append(
        "tensor \(tensor.name) \(tensor.reason)" + (rest > 0 ? ", and \(rest) more" : ""))
    }
    if let drift = driftText { parts.append(drift) }
    if let output = outputs.first(where: { !$0.passed }) {
      if output.message.isEmpty, let worst = output.worst {
        parts.append(
          "\(output.name) is off by \(worst.error.rounded3) at [\(worst.place)], "
            + "\(output.timesTolerance) × the tolerance: \(worst.numbers)")
      } else {
        parts.append("\(output.name): \(output.message)")
      }
    }
    if parts.isEmpty, let survivor = mutations?.survived.first {
      parts.append("a mutant survived: \(survivor)")
    }
    return parts.joined(separator: "; ")
  }

  /// A hint on what to do about it.
  public var hint: String? { diagnosis?.text ?? error?.hint }

  /// Largest error of all outputs as a multiple of its tolerance, in words.
  var timesTolerance: String {
    guard !outputs.isEmpty else { return "–" }
    let shares = outputs.map { $0.worst?.share ?? .nan }
    guard let most = shares.max(), shares.allSatisfy({ !$0.isNaN }) else { return "–" }
    return most.isFinite ? most.rounded3 : "∞"
  }

  /// Largest error of all outputs.
  public var maxAbsolute: Double {
    outputs.reduce(0) { $1.maxAbsolute.isNaN ? .nan : max($0, $1.maxAbsolute) }
  }
}

extension CaseResult {
  /// One line, and details below it when the case did not pass.
  public func text(details: Bool) -> String {
    lines(details: details).map { printable($0) }.joined(separator: "\n")
  }

  /// The lines of it, as they are before they are made fit to be shown.
  package func lines(details: Bool) -> [String] {
    var lines: [String] = []
    switch status {
    case .pass:
      let tensors = tensorsCompared > 0 ? ", \(tensorsCompared.counted("tensor")) equal" : ""
      let killed = mutations.map { ", \($0.killed) of \($0.tested) mutants killed" } ?? ""
      lines.append("pass   \(name)  (largest error \(maxAbsolute.rounded3)\(tensors)\(killed))")
    case .fail: lines.append("FAIL   \(name)  \(message)")
    case .error: lines.append("ERROR  \(name)  \(message)")
    }
    if let warning { lines.append("         warning: \(warning)") }
    for file in changedFiles.prefix(8) { lines.append("         file: \(file.details)") }
    if let hint { lines.append("         hint: \(hint)") }
    guard details || status == .fail else { return lines }
    for output in outputs where details || !output.passed {
      lines.append(
        "         \(output.passed ? "ok " : "OFF") \(output.name): \(Self.numbers(output))")
    }
    for survivor in mutations?.survived ?? [] {
      lines.append("         OFF mutant survived: \(survivor)")
    }
    for tensor in differingTensors.prefix(8) {
      lines.append("         OFF tensor \(tensor.name) \(tensor.reason)")
    }
    if differingTensors.count > 8 {
      lines.append("         … and \(differingTensors.count - 8) more tensors")
    }
    return lines
  }

  private static func numbers(_ output: OutputComparison) -> String {
    guard output.message.isEmpty else { return output.message }
    let place = output.worstIndex.map(String.init).joined(separator: ",")
    var text = ""
    if let worst = output.worst, !output.passed {
      text += "\(output.timesTolerance) × the tolerance at [\(worst.place)]: \(worst.numbers); "
    }
    text += "max abs \(output.maxAbsolute.rounded3) at [\(place)], rmse "
    text += output.rootMeanSquare.rounded3
    if output.passed { text += ", \(output.timesTolerance) × the tolerance" }
    return text + (output.cosineText.map { ", min cosine \($0)" } ?? "")
  }
}
