import CPlatform
package import LFCore
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Temporary files and folders of this process, removed also on signals.
///
/// Each is locked as long as it is in use. What a killed process left has no
/// lock any more, and is removed by the next one that writes beside it.
package enum TemporaryPaths {
  /// A temporary file or folder, and the descriptor that holds its lock.
  struct Made {
    let path: String
    let descriptor: Int32
  }

  /// When this process began to write; nothing later is a leftover.
  private static let start: timespec = {
    var now = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &now)
    return now
  }()
  /// Folders that have been looked through for leftovers.
  private static let cleaned = Mutex<Set<String>>([])

  /// Creates a file that only this user can use.
  static func makeFile(in folder: String) throws(LFError) -> Made {
    try make(in: folder, "cannot create a file in") { path in
      let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
      // Whatever the umask is: the file will be read again to be proven.
      if descriptor >= 0 { fchmod(descriptor, 0o600) }
      return descriptor
    }
  }

  /// Creates a folder that only this user can use.
  static func makeFolder(in folder: String) throws(LFError) -> Made {
    try make(in: folder, "cannot create a folder in") { path in
      guard unsafe mkdir(path, 0o700) == 0 else { return -1 }
      _ = unsafe chmod(path, 0o700)
      return unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    }
  }

  private static func make(
    in folder: String, _ action: String, _ create: (String) -> Int32
  ) throws(LFError) -> Made {
    removeLeftovers(in: folder)
    while true {
      let digits = String(UInt64.random(in: .min ... .max), radix: 36)
      let width = Int(LF_TEMPORARY_DIGITS)
      let name =
        LF_TEMPORARY_PREFIX + String(repeating: "0", count: max(0, width - digits.count)) + digits
        + LF_TEMPORARY_SUFFIX
      let path = Paths.join(folder, name)
      // A signal finds either nothing, or a file that it knows of.
      let made = try held { () throws(LFError) -> Made? in
        try register(path)
        let descriptor = create(path)
        guard descriptor >= 0 else {
          let number = errno
          _ = unsafe rmdir(path)
          forget(path)
          throw .system(action, folder, errno: number)
        }
        guard lf_lock_new(descriptor) != 0 else {
          close(descriptor)
          forget(path)
          return nil
        }
        return Made(path: path, descriptor: descriptor)
      }
      if let made { return made }
    }
  }

  /// Removes what killed processes left, once for each folder.
  private static func removeLeftovers(in folder: String) {
    let before = start
    guard cleaned.withLock({ $0.insert(folder).inserted }), !isTemporary(folder) else { return }
    unsafe lf_remove_leftovers(folder, Int64(before.tv_sec), Int(before.tv_nsec))
  }

  /// Has a path removed when the process is ended by a signal.
  static func register(_ path: String) throws(LFError) {
    let number = unsafe lf_temporary_add(path)
    guard number == 0 else { throw .system("cannot create", path, errno: number) }
  }

  /// Forgets a path that has been published or removed, with all paths in it.
  static func forget(_ path: String) { unsafe lf_temporary_forget(path) }

  /// Whether a path is a temporary one, or in a temporary folder.
  static func isTemporary(_ path: String) -> Bool { unsafe lf_temporary_contains(path) != 0 }

  /// Does something that a signal must not come between.
  ///
  /// A signal that comes meanwhile ends the process afterwards.
  static func held<Result>(
    _ body: () throws(LFError) -> Result
  ) throws(LFError) -> Result {
    lf_signals_hold()
    defer { lf_signals_release() }
    return try body()
  }

  /// Removes what is registered when the process is ended by a signal, then lets
  /// the signal end it as if it had not been caught (exit codes 129, 130, 143).
  package static func removeOnSignals() {
    lf_signals_install()
    lf_crashes_install()
  }

  /// Does not return when a signal is about to end the process: what fails because
  /// its files are being removed is no failure to tell.
  package static func settle() {
    lf_signals_hold()
    lf_signals_release()
  }
}

/// Folders for files that live no longer than a command.
package enum TemporaryFolder {
  /// Descriptors that hold the folders' locks.
  private static let locks = Mutex<[String: Int32]>([:])

  private static let folderHint =
    "set TMPDIR to a folder that can be written to, or unset it to use /tmp"

  /// A new folder in `TMPDIR`, removed also when a signal ends the process.
  package static func make() throws(LFError) -> String {
    let base = Machine.environment("TMPDIR") ?? "/tmp"
    guard !base.isEmpty, Paths.kind(base) == .folder else {
      throw LFError(
        .io, "io.tmpdir",
        base.isEmpty
          ? "TMPDIR is set to nothing" : "TMPDIR names no folder that can be used",
        at: .init(file: base.isEmpty ? nil : base),
        hint: folderHint)
    }
    let made: TemporaryPaths.Made
    do throws(LFError) {
      made = try TemporaryPaths.makeFolder(in: base)
    } catch {
      var failure = error
      failure.hint = folderHint
      throw failure
    }
    locks.withLock { $0[made.path] = made.descriptor }
    return made.path
  }

  /// Removes such a folder.
  package static func remove(_ path: String) {
    _ = Paths.removeTree(path)
    TemporaryPaths.forget(path)
    if let descriptor = locks.withLock({ $0.removeValue(forKey: path) }) { close(descriptor) }
  }
}
