import Synchronization

/// What a progress callback was told.
final class ProgressLog: Sendable {
  private let log = Mutex<[(Int, Int)]>([])

  func add(_ done: Int, _ total: Int) { log.withLock { $0.append((done, total)) } }

  var entries: [(Int, Int)] { log.withLock { $0 } }
}
