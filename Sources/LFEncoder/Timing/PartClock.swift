import Synchronization

/// Adds up the time that threads spend in each part of a forward pass.
package final class PartClock: Sendable {
  private let sums = Mutex<[ForwardPart: Duration]>([:])

  /// A clock at zero.
  package init() {}

  /// Time in a part, summed over threads.
  package func time(of part: ForwardPart) -> Duration {
    sums.withLock { $0[part] ?? .zero }
  }

  /// Runs something and counts its time.
  func time<Result>(_ part: ForwardPart, _ body: () -> Result) -> Result {
    let start = ContinuousClock.now
    defer {
      let spent = ContinuousClock.now - start
      sums.withLock { $0[part, default: .zero] += spent }
    }
    return body()
  }
}
