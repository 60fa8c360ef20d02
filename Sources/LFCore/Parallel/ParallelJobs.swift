import Dispatch
import Synchronization

/// Numbered jobs that do not depend on each other, on several threads.
package struct ParallelJobs<Worker>: Sendable {
  /// What a thread needs for itself.
  private let makeWorker: @Sendable () throws(LFError) -> Worker
  private let body: @Sendable (Worker, Int) throws(LFError) -> Void

  /// Jobs that are done by `body`.
  package init(
    makeWorker: @escaping @Sendable () throws(LFError) -> Worker,
    body: @escaping @Sendable (Worker, Int) throws(LFError) -> Void
  ) {
    self.makeWorker = makeWorker
    self.body = body
  }

  /// Runs `count` jobs.
  ///
  /// - Throws: the error of the lowest job that failed; all below it were
  ///   carried out.
  package func run(count: Int, threads: Int) throws(LFError) {
    if count == 0 { return }
    let next = Atomic(0)
    let failure = Mutex<(job: Int, error: LFError)?>(nil)
    DispatchQueue.concurrentPerform(iterations: max(1, min(threads, count))) { _ in
      var worker: Worker?
      while true {
        let job = next.wrappingAdd(1, ordering: .relaxed).oldValue
        // A job that was taken before a later one failed is still carried out:
        // it may fail too, and is then the one to name.
        guard job < count, failure.withLock({ $0.map { job < $0.job } ?? true }) else { return }
        do throws(LFError) {
          let ready = if let worker { worker } else { try makeWorker() }
          worker = ready
          try body(ready, job)
        } catch {
          failure.withLock { stored in
            if let stored, stored.job <= job { return }
            stored = (job, error)
          }
        }
      }
    }
    if let (_, error) = failure.withLock({ $0 }) { throw error }
  }
}
