import Synchronization

/// Carries an error out of tasks that run at the same time: that of the lowest
/// task, so that it is the same with every number of threads.
package final class FirstFailure: Sendable {
  private let stored = Mutex<(task: Int, error: LFError)?>(nil)
  /// The lowest task that failed, to be looked at without a lock.
  private let lowest = Atomic(Int.max)

  package init() {}

  /// Whether a lower task has failed, after which this one is not wanted.
  package func lies(before task: Int) -> Bool { lowest.load(ordering: .relaxed) < task }

  /// Keeps the error, unless a lower task, or this one, has failed already.
  package func record(_ error: LFError, of task: Int) {
    stored.withLock { stored in
      if let stored, stored.task <= task { return }
      stored = (task, error)
      lowest.store(task, ordering: .relaxed)
    }
  }

  /// Throws what was recorded.
  package func check() throws(LFError) {
    if let (_, error) = stored.withLock({ $0 }) { throw error }
  }
}
