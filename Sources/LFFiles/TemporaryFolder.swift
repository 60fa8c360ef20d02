public import LFCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Folders for files that live no longer than a command.
public enum TemporaryFolder {
  /// A new folder in `TMPDIR`, removed also when a signal ends the process.
  public static func make() throws(LFError) -> String {
    let base = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
    let path = TemporaryPaths.reserve(beside: Paths.join(base, "lfconv"))
    guard unsafe mkdir(path, 0o700) == 0 else {
      let number = errno
      TemporaryPaths.forget(path)
      throw .system("cannot create a folder in", base, errno: number)
    }
    return path
  }

  /// Removes such a folder.
  public static func remove(_ path: String) {
    Paths.removeTree(path)
    TemporaryPaths.forget(path)
  }
}
