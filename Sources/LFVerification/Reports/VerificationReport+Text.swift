import LFCore

extension VerificationReport {
  /// The last line of the text for people.
  public var summary: String {
    let errors = cases.count { $0.status == .error }
    let verdict = "\(passed) passed, \(failed - errors) failed"
    return errors > 0 ? verdict + ", \(errors) could not be verified" : verdict
  }
}

extension CaseResult {
  /// One line, and details below it when the case did not pass.
  public func text(details: Bool) -> String {
    var lines: [String] = []
    switch status {
    case .pass:
      let tensors = tensorsCompared > 0 ? ", \(tensorsCompared) tensors equal" : ""
      let bites = teeth.map { ", \($0.broken) broken copies caught" } ?? ""
      lines.append("pass   \(name)  (largest error \(maxAbsolute.rounded3)\(tensors)\(bites))")
    case .fail: lines.append("FAIL   \(name)  \(message)")
    case .error: lines.append("ERROR  \(name)  \(message)")
    }
    if let hint { lines.append("         hint: \(hint)") }
    guard details || status == .fail else { return Self.joined(lines) }
    for output in outputs where details || !output.passed {
      let place = output.worstIndex.map(String.init).joined(separator: ",")
      let numbers =
        output.message.isEmpty
        ? "max abs \(output.maxAbsolute.rounded3) at [\(place)], rmse "
          + "\(output.rootMeanSquare.rounded3), min cosine \(output.minCosine)"
        : output.message
      lines.append("         \(output.passed ? "ok " : "OFF") \(output.name): \(numbers)")
    }
    for missed in teeth?.missed ?? [] { lines.append("         OFF perturbed: \(missed)") }
    for tensor in differingTensors.prefix(8) {
      lines.append("         OFF tensor \(tensor.name) \(tensor.reason)")
    }
    if differingTensors.count > 8 {
      lines.append("         … and \(differingTensors.count - 8) more tensors")
    }
    return Self.joined(lines)
  }

  /// One line stays one line, whatever a name or path holds: a line feed in it
  /// could spell a command for whoever reads the output.
  private static func joined(_ lines: [String]) -> String {
    lines.map { printable($0).replacing("\n", with: "\\n") }.joined(separator: "\n")
  }
}
