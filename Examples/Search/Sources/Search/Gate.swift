import Hummingbird

/// Lets few requests run at a time and few more wait, so that a crowd costs
/// neither memory nor the answers of those who came first.
actor Gate {
  private let waiting: Int
  private var free: Int
  private var queue: [CheckedContinuation<Void, Never>] = []

  init(running: Int, waiting: Int) {
    free = running
    self.waiting = waiting
  }

  /// Does work when it is its turn.
  ///
  /// - Throws: 503 when too many wait already.
  nonisolated func enter<Result: Sendable>(
    _ work: @Sendable () async throws -> Result
  ) async throws -> Result {
    try await wait()
    do {
      let result = try await work()
      await leave()
      return result
    } catch {
      await leave()
      throw error
    }
  }

  private func wait() async throws {
    if free > 0 {
      free -= 1
      return
    }
    guard queue.count < waiting else {
      throw HTTPError(
        .serviceUnavailable, headers: [.retryAfter: "1"], message: "too many requests wait")
    }
    await withCheckedContinuation { queue.append($0) }
  }

  private func leave() {
    if queue.isEmpty { free += 1 } else { queue.removeFirst().resume() }
  }
}
