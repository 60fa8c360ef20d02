public import LFCore

extension Refusal {
  /// What differs between this and an error; empty when nothing does.
  public func differences(from error: LFError) -> [String] {
    differences(
      exit: error.kind.rawValue, code: error.code, entry: error.location.entry,
      text: ([error.message] + error.details + [error.hint ?? ""]).joined(separator: "\n"))
  }
}
