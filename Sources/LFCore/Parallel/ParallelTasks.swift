import CPlatform
import Dispatch
import Synchronization

/// Numbered tasks on several threads: the one way in which work is shared here.
///
/// Each thread takes the next number as it gets free. What a task computes
/// never depends on which thread runs it, so that results are the same with
/// every number of threads; so are errors, since the one of the lowest task that
/// failed is thrown.
package struct ParallelTasks: Sendable {
  /// Threads at most; 1 or more.
  package let threads: Int

  /// - Parameter threads: less than 1 counts as 1.
  package init(threads: Int) { self.threads = max(1, threads) }

  /// Runs tasks that cannot fail, and returns when all are done.
  ///
  /// A task costs one atomic addition and one call, so that tasks of a few
  /// microseconds are worth sharing.
  ///
  /// - Parameter body: gets the task and the number of the worker that runs it,
  ///   below `threads`; no two tasks have the same worker number at a time, so
  ///   that it can choose memory to work in.
  package func run(_ count: Int, _ body: @Sendable (_ task: Int, _ worker: Int) -> Void) {
    if threads == 1 || count <= 1 {
      for task in 0..<max(0, count) { body(task, 0) }
      return
    }
    let next = Atomic(0)
    Self.share(min(threads, count)) { worker in
      while true {
        let task = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard task < count else { return }
        body(task, worker)
      }
    }
  }

  /// Runs tasks that can fail.
  ///
  /// - Throws: the error of the lowest task that failed; all tasks below it
  ///   were carried out.
  package func run(
    _ count: Int, _ body: @Sendable (_ task: Int) throws(LFError) -> Void
  ) throws(LFError) {
    let failure = FirstFailure()
    run(count) { (task, _) in
      // A task that was taken before a later one failed is still carried out: it
      // may fail too, and is then the one to name.
      if failure.lies(before: task) { return }
      do throws(LFError) { try body(task) } catch { failure.record(error, of: task) }
    }
    try failure.check()
  }

  /// Runs tasks that can fail and need something of each thread's own.
  ///
  /// - Parameter makeWorker: makes what a thread needs: buffers, contexts. It is
  ///   called by the thread, before its first task.
  /// - Throws: as above.
  package func run<Worker>(
    _ count: Int, makeWorker: @Sendable () throws(LFError) -> Worker,
    _ body: @Sendable (_ worker: Worker, _ task: Int) throws(LFError) -> Void
  ) throws(LFError) {
    try run(count, makeWorker: makeWorker, prepare: body, commit: nil)
  }

  /// Runs tasks of which one part happens in the order of their numbers.
  ///
  /// The output of a pipeline must not depend on how many threads took part.
  /// What decides it (offsets, running digests) is done for one task after the
  /// other; the rest, which is nearly all of it, at the same time.
  ///
  /// - Parameters:
  ///   - makeWorker: as above.
  ///   - prepare: the part before, in any order.
  ///   - commit: the part that is done for task 0, then task 1, and so on.
  ///   - finish: the part after, in any order.
  /// - Throws: as above.
  package func run<Worker>(
    _ count: Int, makeWorker: @Sendable () throws(LFError) -> Worker,
    prepare: @Sendable (_ worker: Worker, _ task: Int) throws(LFError) -> Void,
    commit: (@Sendable (_ worker: Worker, _ task: Int) throws(LFError) -> Void)?,
    finish: (@Sendable (_ worker: Worker, _ task: Int) throws(LFError) -> Void)? = nil
  ) throws(LFError) {
    if count <= 0 { return }
    let threads = min(threads, count)
    let next = Atomic(0)
    let failure = FirstFailure()
    // Task k waits at turn k mod threads. Tasks are taken in order and at most
    // `threads` are in work, so that two of them never wait at the same turn.
    let turns = (0..<(commit == nil ? 0 : threads)).map { _ in DispatchSemaphore(value: 0) }
    turns.first?.signal()
    Self.share(threads) { _ in
      var own: Worker?
      while true {
        let task = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard task < count else { return }
        var prepared: Worker?
        if !failure.lies(before: task) {
          do throws(LFError) {
            let worker = if let own { own } else { try makeWorker() }
            own = worker
            try prepare(worker, task)
            prepared = worker
          } catch {
            failure.record(error, of: task)
          }
        }
        if let commit {
          // A task that was taken passes its turn on, whatever happens to it.
          turns[task % threads].wait()
          if let worker = prepared, !failure.lies(before: task) {
            do throws(LFError) { try commit(worker, task) } catch {
              failure.record(error, of: task)
              prepared = nil
            }
          }
          turns[(task + 1) % threads].signal()
        }
        if failure.lies(before: task) { return }
        if let finish, let worker = prepared {
          do throws(LFError) { try finish(worker, task) } catch {
            failure.record(error, of: task)
          }
        }
      }
    }
    try failure.check()
  }
}

extension ParallelTasks {
  /// Calls `body` on this thread and on as many others as can be had, and returns
  /// when all calls have.
  ///
  /// libdispatch is not used: where the system gives no more threads it tries
  /// again for ever.
  private static func share(_ count: Int, _ body: @Sendable (_ worker: Int) -> Void) {
    withoutActuallyEscaping(body) { body in
      let shared = SharedBody(call: body)
      withExtendedLifetime(shared) {
        let context = unsafe Unmanaged.passUnretained(shared).toOpaque()
        unsafe lf_run_workers(Int32(count), context) { context, worker in
          guard let context = unsafe context else { return }
          unsafe Unmanaged<SharedBody>.fromOpaque(context).takeUnretainedValue().call(Int(worker))
        }
      }
    }
  }
}

/// What C hands from thread to thread; it lives as long as the call that shares it.
private final class SharedBody: Sendable {
  let call: @Sendable (Int) -> Void
  init(call: @escaping @Sendable (Int) -> Void) { self.call = call }
}
