import Dispatch
import LFCore
import Synchronization

extension TextEncoder {
  /// Makes texts into vectors without blocking the caller's thread.
  ///
  /// The work runs on a queue of its own, so that Swift's concurrency keeps its
  /// threads. When the task is cancelled it stops before the next layer.
  ///
  /// - Parameters:
  ///   - texts: any number of texts.
  ///   - progress: called after every few texts, on that queue.
  /// - Returns: a vector for each text.
  /// - Throws: `CancellationError` when the task was cancelled; otherwise the
  ///   `LFError` of the plain form.
  public func encode(
    _ texts: [String], progress: @escaping @Sendable (EncodingProgress) -> Void = { _ in }
  ) async throws -> [[Float]] {
    try await embeddings(of: texts, progress: progress).map(\.values)
  }

  /// Makes texts into vectors, and says how many tokens each had, without
  /// blocking the caller's thread.
  ///
  /// - Throws: as `encode`.
  public func embeddings(
    of texts: [String],
    progress: @escaping @Sendable (EncodingProgress) -> Void = { _ in }
  ) async throws -> [TextEmbedding] {
    try await offThread { (isCancelled) throws(LFError) in
      try embeddings(of: texts, isCancelled: isCancelled, progress: progress)
    }
  }

  /// What a model for sequence classification says about texts, without blocking
  /// the caller's thread.
  ///
  /// - Throws: `CancellationError`; otherwise as the plain form.
  public func labels(
    of texts: [String], progress: @escaping @Sendable (EncodingProgress) -> Void = { _ in }
  ) async throws -> [[LabelScore]] {
    try await offThread { (isCancelled) throws(LFError) in
      try labels(of: texts, isCancelled: isCancelled, progress: progress)
    }
  }

  /// What a model for token classification says about every token of texts,
  /// without blocking the caller's thread.
  ///
  /// - Throws: `CancellationError`; otherwise as the plain form.
  public func tokenLabels(
    of texts: [String], progress: @escaping @Sendable (EncodingProgress) -> Void = { _ in }
  ) async throws -> [[TokenLabels]] {
    try await offThread { (isCancelled) throws(LFError) in
      try tokenLabels(of: texts, isCancelled: isCancelled, progress: progress)
    }
  }

  /// What may stand where a text has the mask token, without blocking the
  /// caller's thread.
  ///
  /// - Throws: `CancellationError`; otherwise as the plain form.
  public func candidates(in text: String, count: Int = 5) async throws -> [[TokenCandidate]] {
    try await offThread { (isCancelled) throws(LFError) in
      try candidates(in: text, count: count, isCancelled: isCancelled)
    }
  }

  /// The states after every layer of a text, without blocking the caller's thread.
  ///
  /// - Throws: `CancellationError`; otherwise as the plain form.
  public func hiddenStates(of text: String) async throws -> TextStates {
    try await offThread { (isCancelled) throws(LFError) in
      try hiddenStates(of: text, isCancelled: isCancelled)
    }
  }

  /// Does work on a queue of its own, and tells it when the task is cancelled.
  private func offThread<Result: Sendable>(
    _ work: @escaping @Sendable (_ isCancelled: @Sendable () -> Bool) throws(LFError) -> Result
  ) async throws -> Result {
    let flag = CancellationFlag()
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        DispatchQueue.global().async {
          do throws(LFError) {
            continuation.resume(returning: try work { flag.isSet })
          } catch {
            let isCancelled = error.code == Self.cancelled.code
            continuation.resume(throwing: isCancelled ? CancellationError() : error)
          }
        }
      }
    } onCancel: {
      flag.set()
    }
  }
}

/// Whether a task was cancelled.
private final class CancellationFlag: Sendable {
  private let value = Atomic(false)

  var isSet: Bool { value.load(ordering: .relaxed) }

  func set() { value.store(true, ordering: .relaxed) }
}
