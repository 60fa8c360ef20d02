import CKernels
import Dispatch

/// A fixed number of threads that take tasks as they get free.
///
/// What a task computes never depends on the number of threads or on which of
/// them runs it, so that results are bit-identical for every number.
struct Workers: Sendable {
  /// Threads at most; also the number of scratch areas that callers need.
  let count: Int
  /// Who adds up the time of parts; nil when nobody asked for it.
  var clock: PartClock?
  /// The part that whole tasks belong to.
  private var part: ForwardPart?

  /// - Parameter count: 1 or more.
  init(count: Int) {
    self.count = max(1, count)
  }

  /// The same threads, with the time of all their tasks counted for one part.
  func timing(_ part: ForwardPart) -> Workers {
    var copy = self
    copy.part = part
    return copy
  }

  /// Runs a piece of a task whose time is counted for a part of its own.
  func time<Result>(_ part: ForwardPart, _ body: () -> Result) -> Result {
    if let clock { clock.time(part, body) } else { body() }
  }

  /// Runs all tasks and returns when they are done.
  ///
  /// - Parameter body: gets the task and the number of the worker that runs it
  ///   (below `count`); no two tasks run under one worker number at a time.
  func run(_ tasks: Int, _ body: @Sendable (_ task: Int, _ worker: Int) -> Void) {
    guard let clock, let part else { return share(tasks, body) }
    share(tasks) { task, worker in clock.time(part) { body(task, worker) } }
  }

  private func share(_ tasks: Int, _ body: @Sendable (_ task: Int, _ worker: Int) -> Void) {
    guard tasks > 0 else { return }
    let workers = min(count, tasks)
    if workers == 1 {
      for task in 0..<tasks { body(task, 0) }
      return
    }
    unsafe withUnsafeTemporaryAllocation(of: Int64.self, capacity: 1) { counter in
      unsafe counter.initialize(repeating: 0)
      // The closure does not outlive the call, and the counter is only touched
      // by atomic instructions.
      nonisolated(unsafe) let next = counter.baseAddress
      DispatchQueue.concurrentPerform(iterations: workers) { worker in
        while true {
          let task = Int(unsafe lf_next(next))
          if task >= tasks { break }
          body(task, worker)
        }
      }
    }
  }
}
