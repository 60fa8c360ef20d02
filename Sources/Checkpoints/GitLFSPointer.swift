import TensorCore

/// The small text file that stands for a large one where Git LFS is not
/// installed: the most frequent "broken" checkpoint there is.
enum GitLFSPointer {
  /// Bytes of a file that are enough to tell.
  static let probeLength = 64

  /// The error for a file that begins with these bytes, if it is a pointer.
  static func error(_ start: [UInt8]) -> LFError? {
    guard start.starts(with: "version https://git-lfs".utf8) else { return nil }
    return .refused(
      "checkpoint.git-lfs-pointer", at: .init(offset: 0), expected: "the file itself",
      found: "a Git LFS pointer to it", hint: "run git lfs pull in the folder")
  }
}
