import Dispatch
package import LFCore
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Temporary files and folders of this process, removed also on signals.
package enum TemporaryPaths {
  private static let paths = Mutex<[String]>([])

  /// Most bytes of a destination's name in that of its temporary file.
  private static let nameLimit = 200

  /// A free path beside `destination`, registered for removal.
  static func reserve(beside destination: String) -> String {
    let folder = Paths.folder(destination)
    let digits = String(UInt64.random(in: .min ... .max), radix: 36)
    // Together with what surrounds it, the name has to fit into that of a file.
    var shown = Paths.name(destination)
    while shown.utf8.count > nameLimit { shown.removeLast() }
    let path = Paths.join(folder, ".\(shown).\(digits).tmp")
    register(path)
    return path
  }

  /// Has a path removed when the process is ended by a signal.
  static func register(_ path: String) { paths.withLock { $0.append(path) } }

  /// Forgets a path that has been published or removed.
  static func forget(_ path: String) { paths.withLock { $0.removeAll { $0 == path } } }

  /// Removes what is registered when the process is interrupted, then lets the
  /// signal end it as if it had not been caught (exit codes 129, 130, 143).
  package static func removeOnSignals() {
    signal(SIGXFSZ, SIG_IGN)  // a file-size limit becomes an error of write
    let queue = DispatchQueue(label: "signals")
    for number in [SIGHUP, SIGINT, SIGTERM] {
      // An ignored signal would never reach the source on Linux.
      signal(number) { _ in }
      let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
      source.setEventHandler {
        _ = source  // the handler keeps its source alive
        // Held until the end: nothing new may be registered any more.
        paths.withLock { registered in
          // A file that was being created just now may appear in a folder
          // after it was listed; nothing new is begun, for that needs the lock.
          for path in registered {
            for _ in 0..<100 where Paths.exists(path) {
              Paths.removeTree(path)
              if Paths.exists(path) { usleep(1000) }
            }
          }
          signal(number, SIG_DFL)
          // Whoever started this process may have had the signal blocked.
          var set = sigset_t()
          unsafe sigemptyset(&set)
          unsafe sigaddset(&set, number)
          unsafe pthread_sigmask(SIG_UNBLOCK, &set, nil)
          kill(getpid(), number)
          _exit(128 + number)
        }
      }
      source.resume()
    }
  }
}

/// Folders for files that live no longer than a command.
package enum TemporaryFolder {
  /// A new folder in `TMPDIR`, removed also when a signal ends the process.
  package static func make() throws(LFError) -> String {
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
  package static func remove(_ path: String) {
    Paths.removeTree(path)
    TemporaryPaths.forget(path)
  }
}
