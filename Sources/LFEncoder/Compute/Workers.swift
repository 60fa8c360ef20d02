import LFCore

/// The threads of a forward pass, and the time that their tasks take.
struct Workers: Sendable {
  private let tasks: ParallelTasks
  /// Who adds up the time of parts; nil when nobody asked for it.
  var clock: PartClock?
  /// The part that whole tasks belong to.
  private var part: ForwardPart?

  /// - Parameter count: 1 or more.
  init(count: Int) { tasks = ParallelTasks(threads: count) }

  /// Threads at most; also the number of scratch areas that callers need.
  var count: Int { tasks.threads }

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
  func run(_ count: Int, _ body: @Sendable (_ task: Int, _ worker: Int) -> Void) {
    guard let clock, let part else { return tasks.run(count, body) }
    tasks.run(count) { task, worker in clock.time(part) { body(task, worker) } }
  }
}
