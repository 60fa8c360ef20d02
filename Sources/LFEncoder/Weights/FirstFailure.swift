import Dispatch
import LFCore

/// Carries an error out of tasks that run side by side.
final class FirstFailure: @unchecked Sendable {
  private let queue = DispatchQueue(label: "lfconv.first-failure")
  private var error: LFError?  // touched on the queue only

  var hasFailed: Bool { queue.sync { error != nil } }

  /// Keeps the error, unless there is one already.
  func record(_ error: LFError) {
    queue.sync { if self.error == nil { self.error = error } }
  }

  /// Throws what was recorded.
  func check() throws(LFError) {
    if let error = queue.sync(execute: { error }) { throw error }
  }
}
