import Dispatch
import Synchronization
import TensorCore

/// Numbered jobs that do not depend on each other, on several threads.
struct ParallelJobs<Worker>: Sendable {
  /// What a thread needs for itself.
  var makeWorker: @Sendable () throws(LFError) -> Worker
  var body: @Sendable (Worker, Int) throws(LFError) -> Void

  /// Runs `count` jobs.
  ///
  /// - Throws: the error of the lowest job that failed; all below it were
  ///   carried out.
  func run(count: Int, threads: Int) throws(LFError) {
    if count == 0 { return }
    let next = Atomic(0)
    let failure = Mutex<(job: Int, error: LFError)?>(nil)
    DispatchQueue.concurrentPerform(iterations: max(1, min(threads, count))) { _ in
      var worker: Worker?
      while true {
        let job = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard job < count, failure.withLock({ $0 == nil }) else { return }
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
