import CPlatform
package import LFCore
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Standard output and standard error, written at once and with errors seen.
///
/// The standard library's `print` buffers, and goes on when the disk is full.
package enum StandardStreams {
  /// Whether nobody reads standard output any more.
  private static let isBroken = Atomic(false)

  /// Keeps files that are opened away from the places of streams that are closed;
  /// to be called first of all.
  package static func protect() { lf_streams_protect() }

  /// Demands that results can be written, as far as that can be known before.
  ///
  /// - Throws: `io.failed`.
  package static func checkOutput() throws(LFError) {
    let number = lf_stream_obstacle(STDOUT_FILENO)
    if number != 0 { throw failure(number) }
  }

  /// Writes results.
  ///
  /// - Throws: `io.failed` when they could not be written.
  package static func output(_ text: String) throws(LFError) {
    let number = write(text, to: STDOUT_FILENO)
    if number != 0 { throw failure(number) }
  }

  /// Writes messages; an error of that cannot be reported anywhere.
  package static func error(_ text: String) { _ = write(text, to: STDERR_FILENO) }

  /// Whether messages are read by a person at a terminal.
  package static var errorIsTerminal: Bool { isatty(STDERR_FILENO) == 1 }

  /// Whether results are read by a person at a terminal.
  package static var outputIsTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

  /// Ends the process as a closed pipe ends others, if that is what happened and
  /// there is nothing else to say: in `lfconv inspect … | head` nobody waits for
  /// more.
  package static func endIfBroken() {
    if isBroken.load(ordering: .relaxed), PublishedOutputs.all.isEmpty { lf_end_by(SIGPIPE) }
  }

  /// What to print on standard output when a signal ends the process, or a want of
  /// memory, until `reported` is called.
  package static func reportOnSignals(schema: String) {
    let start = "{\"schema\":\"\(schema)\",\"error\":{\"code\":"
    _ = unsafe lf_signals_report(
      start + "\"signal\",\"message\":\"ended by signal ", "\"}}\n",
      start + "\"memory.exhausted\",\"message\":\"out of memory\"}}\n")
  }

  /// The object for scripts has been printed, or is about to be.
  package static func reported() { lf_signals_reported() }

  private static func failure(_ number: Int32) -> LFError {
    if number == EPIPE { isBroken.store(true, ordering: .relaxed) }
    let outputs = PublishedOutputs.all.map { printable($0) }
    let published =
      outputs.isEmpty ? "" : "; \(outputs.joined(separator: ", ")) is complete and in its place"
    return .system("cannot write the report", "standard output", errno: number, also: published)
  }

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
        let count = unsafe lf_stream_write(descriptor, base + done, pointer.count - done)
        if count >= 0 { done += count } else if count != -Int(EINTR) { return Int32(-count) }
      }
      return 0
    }
  }
}
