import LFCore
import LFEncoder
import LFFiles

/// The results of all cases of a run.
public struct VerificationReport: Sendable {
  /// One result a case, in the order in which they were verified.
  public let cases: [CaseResult]

  /// When and by which command it was made, for a page.
  public var origin: ReportOrigin?

  /// The processor that computed them; results do not depend on it.
  public let processor = Machine.processorName
  /// The instruction set that was used; results do not depend on it.
  public let instructionSet = InstructionSet.name

  init(cases: [CaseResult]) { self.cases = cases }

  /// Cases that agreed.
  public var passed: Int { cases.count { $0.status == .pass } }
  /// Cases that differ or could not be compared.
  public var failed: Int { cases.count - passed }

  /// The process exit code: 1 when anything was found to differ, else the code
  /// of the first case that could not be compared, else 0.
  public var exitCode: Int32 {
    if cases.contains(where: { $0.status == .fail }) { return LFError.Kind.mismatch.rawValue }
    return cases.lazy.compactMap(\.error).first?.kind.rawValue ?? 0
  }

  /// The last line of the text for people.
  public var summary: String {
    let errors = cases.count { $0.status == .error }
    let changed = cases.count { $0.outputs.contains(where: \.deservesWarning) }
    var verdict = "\(passed) passed, \(failed - errors) failed"
    if errors > 0 { verdict += ", \(errors) could not be verified" }
    if changed > 0 { verdict += ", \(changed) with other bits than stated" }
    return verdict
  }
}

/// How a report came to be.
public struct ReportOrigin: Sendable {
  /// When, in words.
  public let date: String
  /// The command, as it can be given again.
  public let command: String

  /// An origin.
  public init(date: String, command: String) {
    self.date = date
    self.command = command
  }
}
