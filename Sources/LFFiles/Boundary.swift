package import LFCore

/// A folder that nothing may leave: neither paths that a file states nor links.
package struct Boundary: Sendable {
  /// The folder's path without links, with a slash at its end.
  private let real: String

  /// The boundary around a folder that exists.
  package init(_ folder: String) throws(LFError) {
    guard Paths.kind(folder) == .folder, let real = Paths.resolved(folder) else {
      throw .refused(
        "io.not-a-folder", at: .init(file: folder), expected: "a folder", found: "none")
    }
    self.real = real.hasSuffix("/") ? real : real + "/"
  }

  /// Whether a path that a file states stays inside, by its words alone.
  package static func isPlain(_ path: String) -> Bool {
    !path.hasPrefix("/") && !path.utf8.contains(0)
      && !path.split(separator: "/", omittingEmptySubsequences: false).contains("..")
  }

  /// Whether what a path leads to, links followed, lies inside; true also for what
  /// is not there.
  package func holds(_ path: String) -> Bool {
    guard let target = Paths.resolved(path) else { return true }
    return (target + "/").utf8.starts(with: real.utf8)
  }
}
