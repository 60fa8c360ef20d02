import LFCore
import LFFiles
import Synchronization

/// What is being done and how far it is, on one line of a terminal.
final class ProgressLine: Sendable {
  private let isShown: Bool
  private let write: @Sendable (String) -> Void
  private let last = Mutex("")

  /// - Parameter write: takes what is drawn.
  init(isShown: Bool, write: @escaping @Sendable (String) -> Void = StandardStreams.error) {
    self.isShown = isShown
    self.write = write
  }

  /// Redraws the line, when it has changed.
  func show(_ action: String, _ fraction: Double) {
    guard isShown else { return }
    let percent = Int(max(0, min(1, fraction)) * 100)
    let text = "\(printable(action)) \(percent) %"
    last.withLock { last in
      guard last != text else { return }
      last = text
      write("\r\u{1B}[K\(text)")
    }
  }

  /// Removes the line.
  func clear() {
    guard isShown else { return }
    last.withLock { last in
      if !last.isEmpty { write("\r\u{1B}[K") }
      last = ""
    }
  }
}
