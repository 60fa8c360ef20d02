package import LFCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Standard output and standard error, written at once and with errors seen.
///
/// The standard library's `print` buffers, and goes on when the disk is full.
package enum StandardStreams {
  /// Writes results.
  ///
  /// - Throws: `io.failed` when they could not be written.
  package static func output(_ text: String) throws(LFError) {
    let number = write(text, to: STDOUT_FILENO)
    guard number == 0 else { throw .system("cannot write", "standard output", errno: number) }
  }

  /// Writes messages; an error of that cannot be reported anywhere.
  package static func error(_ text: String) { _ = write(text, to: STDERR_FILENO) }

  /// Whether messages are read by a person at a terminal.
  package static var errorIsTerminal: Bool { isatty(STDERR_FILENO) == 1 }

  /// Whether results are read by a person at a terminal.
  package static var outputIsTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

  /// Columns of that terminal; 80 where it does not tell.
  package static var errorWidth: Int {
    var size = winsize()
    guard unsafe ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
      return 80
    }
    return Int(size.ws_col)
  }

  private static func write(_ text: String, to descriptor: Int32) -> Int32 {
    let bytes = Array(text.utf8)
    return unsafe bytes.withUnsafeBytes { pointer in
      guard let base = pointer.baseAddress else { return 0 }
      var done = 0
      while done < pointer.count {
        #if canImport(Glibc)
          let count = unsafe Glibc.write(descriptor, base + done, pointer.count - done)
        #else
          let count = unsafe Darwin.write(descriptor, base + done, pointer.count - done)
        #endif
        if count >= 0 { done += count } else if errno != EINTR { return errno }
      }
      return 0
    }
  }
}
