package import LFCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

extension LFError {
  /// A failed system call (exit code 4).
  ///
  /// - Parameters:
  ///   - action: what was tried, as in "cannot open".
  ///   - remark: what else there is to say, at the end of the sentence.
  package static func system(
    _ action: String, _ path: String, errno number: Int32, also remark: String = ""
  ) -> LFError {
    let reason = unsafe String(cString: strerror(number))
    let hint: String? =
      switch number {
      case ENOSPC, EDQUOT: "free some space or write to another disk"
      case EACCES, EPERM: "check the permissions of the file and its folder"
      default: nil
      }
    let code = number == ENOENT ? "io.not-found" : "io.failed"
    return LFError(.io, code, "\(action): \(reason)\(remark)", at: .init(file: path), hint: hint)
  }
}
