import Synchronization

/// What `--verbose` tells of things that happen deep inside: which files were
/// read, how names were mapped.
///
/// Nobody listens unless the program says so, and nothing is put into words then.
package enum DetailLog {
  private static let listener = Mutex<(@Sendable (String) -> Void)?>(nil)

  /// Has every detail told from now on.
  package static func listen(_ body: @escaping @Sendable (String) -> Void) {
    listener.withLock { $0 = body }
  }

  /// Tells a detail.
  package static func tell(_ text: () -> String) {
    let body = listener.withLock { $0 }
    if let body { body(text()) }
  }
}
