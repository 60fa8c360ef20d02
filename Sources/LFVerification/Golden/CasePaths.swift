import LFCore
import LFFiles

/// The paths that a `case.json` states: they stay in the case's folder, by their
/// words and through links, unless the user allows more.
///
/// A case comes with a repository, and is run where a continuous integration has its
/// secrets: it must not choose which files are read.
struct CasePaths: Sendable {
  /// The case's folder.
  let folder: String
  /// What nothing may leave; nil when anything is allowed.
  let boundary: Boundary?

  /// - Throws: `golden.outside` when `case.json` itself leads out of the folder.
  init(folder: String, allowsOutside: Bool) throws(LFError) {
    self.folder = folder
    boundary = allowsOutside ? nil : try Boundary(folder)
    _ = try path("case.json", of: nil)
  }

  /// A path in the case.
  ///
  /// - Parameter field: the field that states it.
  func path(_ text: String, of field: String?) throws(LFError) -> String {
    let path = Paths.join(folder, text)
    guard let boundary else { return path }
    let file = Paths.join(folder, "case.json")
    guard Boundary.isPlain(text), boundary.holds(path) else {
      throw .refused(
        "golden.outside", at: .init(file: file, entry: field),
        expected: "a path inside the case's folder",
        found: Boundary.isPlain(text)
          ? "a link that leads out of it" : "\"\(printable(text, limit: 200))\"",
        hint: "give --allow-outside for a case that you trust")
    }
    return path
  }

  /// Whether a file may be read.
  func allows(_ path: String) -> Bool { boundary?.holds(path) ?? true }
}
