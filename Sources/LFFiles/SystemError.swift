package import LFCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

extension LFError {
  /// A failed system call (exit code 4).
  ///
  /// - Parameter action: what was tried, as in "cannot open".
  package static func system(_ action: String, _ path: String, errno number: Int32) -> LFError {
    let reason = unsafe String(cString: strerror(number))
    let hint: String? =
      switch number {
      case ENOSPC, EDQUOT: "free some space or write to another disk"
      case EACCES, EPERM: "check the permissions of the file and its folder"
      default: nil
      }
    let code = number == ENOENT ? "io.not-found" : "io.failed"
    return LFError(.io, code, "\(action): \(reason)", at: .init(file: path), hint: hint)
  }
}
