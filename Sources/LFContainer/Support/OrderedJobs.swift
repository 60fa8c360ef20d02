import Dispatch
import LFCore
import Synchronization

/// Numbered jobs on several threads, with a step that happens in their order.
///
/// The output of a pipeline must not depend on how many threads took part.
/// What decides it (offsets, running digests) is done one job after the other;
/// the rest of a job, which is nearly all of it, is done at the same time.
struct OrderedJobs<Worker>: Sendable {
  /// What a thread needs for itself: buffers, compression contexts.
  var makeWorker: @Sendable () throws(LFError) -> Worker
  /// The part that needs no order, before.
  var prepare: @Sendable (Worker, Int) throws(LFError) -> Void
  /// The part that happens for job 0, then job 1, and so on.
  var commit: @Sendable (Worker, Int) throws(LFError) -> Void
  /// The part that needs no order, after.
  var finish: @Sendable (Worker, Int) throws(LFError) -> Void

  /// Runs `count` jobs.
  ///
  /// - Throws: the error of the lowest job that failed. All jobs below it were
  ///   carried out, so that the error too is the same with any thread count.
  func run(count: Int, threads: Int) throws(LFError) {
    let threads = max(1, min(threads, count))
    let next = Atomic(0)
    let failure = Mutex<(job: Int, error: LFError)?>(nil)
    // Job k waits at turn k mod threads. Jobs are taken in order and at most
    // `threads` are in work, so that two of them never wait at the same turn.
    let turns = (0..<threads).map { _ in DispatchSemaphore(value: 0) }
    turns[0].signal()

    @Sendable func record(_ error: LFError, _ job: Int) {
      failure.withLock { stored in
        if let stored, stored.job <= job { return }
        stored = (job, error)
      }
    }
    @Sendable func failed(before job: Int) -> Bool {
      failure.withLock { stored in stored.map { $0.job < job } ?? false }
    }

    DispatchQueue.concurrentPerform(iterations: threads) { _ in
      var worker: Worker?
      while true {
        let job = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard job < count else { return }
        var prepared: Worker?
        if !failed(before: job) {
          do throws(LFError) {
            let ready = if let worker { worker } else { try makeWorker() }
            worker = ready
            try prepare(ready, job)
            prepared = ready
          } catch {
            record(error, job)
          }
        }
        // A job that was taken passes its turn on whatever happens to it.
        turns[job % threads].wait()
        if let ready = prepared, !failed(before: job) {
          do throws(LFError) { try commit(ready, job) } catch {
            record(error, job)
            prepared = nil
          }
        }
        turns[(job + 1) % threads].signal()
        if failed(before: job) { return }
        if let ready = prepared {
          do throws(LFError) { try finish(ready, job) } catch { record(error, job) }
        }
      }
    }
    if let (_, error) = failure.withLock({ $0 }) { throw error }
  }
}
