import LFCore
import Synchronization
import Testing

@Suite("Tasks on several threads")
struct ParallelTasksTests {
  static let threads = [1, 2, 3, 8]

  private func fault(_ task: Int) -> LFError { LFError(.io, "io.failed", "task \(task)") }

  @Test(arguments: threads)
  func eachTaskOnce(threads: Int) {
    let counts = Mutex([Int](repeating: 0, count: 1000))
    let busy = Mutex([Bool](repeating: false, count: threads))
    let collisions = Atomic(0)
    ParallelTasks(threads: threads).run(1000) { task, worker in
      let taken = busy.withLock { busy in
        defer { busy[worker] = true }
        return busy[worker]
      }
      if taken { collisions.wrappingAdd(1, ordering: .relaxed) }
      counts.withLock { $0[task] += 1 }
      busy.withLock { $0[worker] = false }
    }
    #expect(counts.withLock { $0.allSatisfy { $0 == 1 } })
    #expect(collisions.load(ordering: .relaxed) == 0)
    ParallelTasks(threads: threads).run(0) { _, _ in Issue.record("a task that there is not") }
    #expect(ParallelTasks(threads: -1).threads == 1)
  }

  @Test(arguments: threads)
  func theLowestErrorIsThrown(threads: Int) throws {
    let done = Mutex<Set<Int>>([])
    let error = #expect(throws: LFError.self) {
      try ParallelTasks(threads: threads).run(500) { (task) throws(LFError) in
        if task >= 300, task % 7 == 0 { throw fault(task) }
        done.withLock { _ = $0.insert(task) }
      }
    }
    #expect(error == fault(301))
    #expect(done.withLock { $0.isSuperset(of: 0..<301) })
    try ParallelTasks(threads: threads).run(5) { (_) throws(LFError) in }
  }

  /// A thread's own number of tasks.
  private final class Own: Sendable {
    let tasks = Atomic(0)
  }

  @Test(arguments: threads)
  func workersBelongToThreads(threads: Int) throws {
    let made = Mutex<[Own]>([])
    let makeWorker = { @Sendable () throws(LFError) -> Own in
      let own = Own()
      made.withLock { $0.append(own) }
      return own
    }
    try ParallelTasks(threads: threads).run(200, makeWorker: makeWorker) {
      (own, _) throws(LFError) in
      own.tasks.wrappingAdd(1, ordering: .relaxed)
    }
    let workers = made.withLock { $0 }
    #expect(workers.count <= threads)
    #expect(workers.reduce(0) { $0 + $1.tasks.load(ordering: .relaxed) } == 200)
    let error = #expect(throws: LFError.self) {
      try ParallelTasks(threads: threads).run(9) { () throws(LFError) -> Own in
        throw fault(-1)
      } _: { (_, _) throws(LFError) in
        Issue.record("a task without its worker")
      }
    }
    #expect(error == fault(-1))
  }

  @Test(arguments: threads)
  func commitsAreInOrder(threads: Int) throws {
    let order = Mutex<[Int]>([])
    let finished = Mutex<Set<Int>>([])
    let noWorker = { @Sendable () throws(LFError) in }
    try ParallelTasks(threads: threads).run(300, makeWorker: noWorker) {
      (_, _) throws(LFError) in
    } commit: { (_, task) throws(LFError) in
      order.withLock { $0.append(task) }
    } finish: { (_, task) throws(LFError) in
      finished.withLock { _ = $0.insert(task) }
    }
    #expect(order.withLock { $0 } == Array(0..<300))
    #expect(finished.withLock { $0.count } == 300)
  }

  @Test(arguments: threads, ["prepare", "commit", "finish"])
  func anyStepMayFail(threads: Int, step: String) {
    let order = Mutex<[Int]>([])
    let noWorker = { @Sendable () throws(LFError) in }
    let error = #expect(throws: LFError.self) {
      try ParallelTasks(threads: threads).run(200, makeWorker: noWorker) {
        (_, task) throws(LFError) in
        if step == "prepare", task >= 50, task % 5 == 0 { throw fault(task) }
      } commit: { (_, task) throws(LFError) in
        if step == "commit", task >= 50, task % 5 == 0 { throw fault(task) }
        order.withLock { $0.append(task) }
      } finish: { (_, task) throws(LFError) in
        if step == "finish", task >= 50, task % 5 == 0 { throw fault(task) }
      }
    }
    #expect(error == fault(50))
    let committed = order.withLock { $0 }
    #expect(committed == committed.sorted())
    #expect(committed.starts(with: 0..<50))
  }

  @Test func theFirstFailureIsTheLowest() throws {
    let failure = FirstFailure()
    try failure.check()
    #expect(!failure.lies(before: .max))
    failure.record(fault(5), of: 5)
    failure.record(fault(7), of: 7)
    #expect(failure.lies(before: 6) && !failure.lies(before: 5))
    failure.record(fault(2), of: 2)
    #expect(#expect(throws: LFError.self) { try failure.check() } == fault(2))
  }
}
