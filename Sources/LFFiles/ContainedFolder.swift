package import LFCore

/// A folder whose files are opened by names that a file inside it may state.
///
/// Names that would lead out of the folder are refused, and so are links out of
/// it, with one exception: in Hugging Face's cache, `snapshots/<revision>/x` is
/// a link to `blobs/<digest>` of the same repository.
package struct ContainedFolder: Sendable {
  /// The folder's path, as it was given.
  package let path: String
  private let allowed: [String]

  /// A folder that exists.
  package init(_ path: String) throws(LFError) {
    guard Paths.kind(path) == .folder, let real = Paths.resolved(path) else {
      throw .refused(
        "io.not-a-folder", at: .init(file: path), expected: "a folder", found: "none")
    }
    self.path = path
    var allowed = [real.hasSuffix("/") ? real : real + "/"]
    let parent = Paths.folder(real)
    if Paths.name(parent) == "snapshots" { allowed.append(Paths.folder(parent) + "/blobs/") }
    self.allowed = allowed
  }

  /// Names of the entries, sorted.
  package func entries() throws(LFError) -> [String] { try Paths.entries(path) }

  /// Whether a regular file of this name is there.
  package func contains(_ name: String) -> Bool {
    Paths.kind(Paths.join(path, name)) == .file
  }

  /// Whether a name is there and leads to nothing: a link whose target is missing.
  package func leadsNowhere(_ name: String) -> Bool {
    let path = Paths.join(path, name)
    return Paths.exists(path) && Paths.kind(path) == .missing
  }

  /// Opens a file of the folder.
  ///
  /// - Throws: `io.unsafe-path` for a name or link that leads elsewhere.
  package func open(_ name: String) throws(LFError) -> InputFile {
    let components = name.split(separator: "/", omittingEmptySubsequences: false)
    let safe =
      !components.contains { $0.isEmpty || $0 == "." || $0 == ".." }
      && !name.utf8.contains(UInt8(ascii: "\\")) && !name.utf8.contains(0)
    guard safe else {
      throw .refused(
        "io.unsafe-path", at: .init(file: path, entry: printable(name, limit: 200)),
        expected: "a plain path inside the folder",
        found: "\"\(printable(name, limit: 200))\"")
    }
    let full = Paths.join(path, name)
    guard let real = Paths.resolved(full) else { throw .system("cannot open", full, errno: 2) }
    guard allowed.contains(where: { real.utf8.starts(with: $0.utf8) }) else {
      throw .refused(
        "io.unsafe-path", at: .init(file: full), expected: "a file inside the folder",
        found: "a link to \(real)")
    }
    return try InputFile(full)
  }
}
