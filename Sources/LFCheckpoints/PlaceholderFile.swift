package import LFCore

/// Small text files that stand where a large one should be: the most frequent
/// "broken" checkpoints there are.
package enum PlaceholderFile {
  /// Bytes of a file that are enough to tell.
  package static let probeLength = 64
  /// For files that begin with a tag.
  package static let pageHint = "this looks like a web page saved in place of the file"

  /// The error for a file that begins with these bytes, if it is the pointer
  /// that Git LFS leaves where it is not installed.
  package static func gitLFSError(_ start: [UInt8]) -> LFError? {
    guard start.starts(with: "version https://git-lfs".utf8) else { return nil }
    return .refused(
      "checkpoint.git-lfs-pointer", at: .init(offset: 0), expected: "the file itself",
      found: "a Git LFS pointer to it", hint: "run git lfs pull in the folder")
  }

  /// Whether a file that begins with these bytes looks like a web page.
  package static func isPage(_ start: [UInt8]) -> Bool { start.first == UInt8(ascii: "<") }
}
