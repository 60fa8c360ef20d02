import Synchronization

/// What rounding to another element type has cost, over all that was read.
final class RoundingLoss: Sendable {
  private let state = Mutex<(relative: Double, overflows: Bool)>((0, false))

  /// Largest |rounded − x| / |x| so far.
  var maxRelative: Double { state.withLock { $0.relative } }
  /// Whether any value changed.
  var isLossy: Bool { state.withLock { $0.relative > 0 || $0.overflows } }
  /// Whether a finite value became infinite.
  var hasOverflow: Bool { state.withLock { $0.overflows } }

  func add(relative: Double, overflow: Bool) {
    state.withLock { state in
      state.relative = max(state.relative, relative)
      state.overflows = state.overflows || overflow
    }
  }
}
