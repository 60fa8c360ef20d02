import CPlatform
package import LFCore
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Every file that a command has opened to read, as it was then.
///
/// Whatever a command writes is held against it, so that no command replaces one
/// of its inputs, and what an input was is compared with what it is at the end.
/// A program switches it on; in a process that lives on, files come and go.
package enum InputRecord {
  /// What a path led to when it was opened.
  struct Entry: Sendable {
    let path: String
    let identity: FileIdentity
    let version: FileVersion
  }

  private static let entries = Mutex<[FileIdentity: Entry]?>(nil)

  /// Begins to record.
  package static func begin() { entries.withLock { $0 = $0 ?? [:] } }

  /// Notes a file that has been opened.
  static func add(_ path: String, _ status: stat) {
    // What this process writes and reads back is no input.
    guard entries.withLock({ $0 != nil }), !TemporaryPaths.isTemporary(path) else { return }
    let entry = Entry(
      path: path, identity: FileIdentity(status), version: FileVersion(status))
    // The first look counts: later ones may see what has changed since.
    entries.withLock { entries in
      if entries?[entry.identity] == nil { entries?[entry.identity] = entry }
    }
  }

  /// The input that is at `path`, or in the folder there; links are followed.
  static func input(at path: String) -> String? {
    guard let recorded = entries.withLock({ $0 }), !recorded.isEmpty else { return nil }
    return FileIdentity.first(in: path) { recorded[$0] != nil }
      .flatMap { recorded[$0]?.path }
  }

  /// The error for an input that is not any more what it was when it was opened.
  package static func changed() -> LFError? {
    let recorded = entries.withLock { $0 } ?? [:]
    for entry in recorded.values.sorted(by: { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    ) {
      guard let found = entry.change else { continue }
      return LFError(
        .io, "io.changed", "the file changed while it was read: \(found)",
        at: .init(file: entry.path), hint: "try again when nothing writes to it")
    }
    return nil
  }
}

extension InputRecord.Entry {
  /// What is different now, in words; nil when nothing is.
  fileprivate var change: String? {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return "it is gone" }
    guard FileIdentity(status) == identity else { return "another file is in its place" }
    let now = FileVersion(status)
    guard now.byteCount == version.byteCount else {
      return "it had \(version.byteCount.counted("byte")), and has \(now.byteCount) now"
    }
    return now == version ? nil : "it was written to"
  }
}

/// Which file it is, whatever path leads to it.
struct FileIdentity: Hashable, Sendable {
  let device: UInt64
  let inode: UInt64

  init(device: UInt64, inode: UInt64) {
    self.device = device
    self.inode = inode
  }

  init(_ status: stat) {
    device = UInt64(truncatingIfNeeded: status.st_dev)
    inode = UInt64(truncatingIfNeeded: status.st_ino)
  }

  /// Of what a path leads to, links followed; nil when nothing is there.
  init?(_ path: String) {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return nil }
    self.init(status)
  }

  /// The first of what is at a path, and in the folder there, that is looked for.
  static func first(in path: String, where isWanted: (FileIdentity) -> Bool) -> FileIdentity? {
    // The walk follows links in a folder, but not the path itself.
    if let own = FileIdentity(path), isWanted(own) { return own }
    guard let real = Paths.resolved(path) else { return nil }
    return withoutActuallyEscaping(isWanted) { isWanted in
      let search = FileSearch(isWanted: isWanted)
      return withExtendedLifetime(search) {
        let context = unsafe Unmanaged.passUnretained(search).toOpaque()
        _ = unsafe lf_visit_tree(real, context) { context, device, inode, _ in
          guard let context = unsafe context else { return 1 }
          let search = unsafe Unmanaged<FileSearch>.fromOpaque(context).takeUnretainedValue()
          let identity = FileIdentity(device: device, inode: inode)
          guard search.isWanted(identity) else { return 0 }
          search.found = identity
          return 1
        }
        return search.found
      }
    }
  }
}

/// A walk through a folder, and what it has found.
private final class FileSearch {
  let isWanted: (FileIdentity) -> Bool
  var found: FileIdentity?
  init(isWanted: @escaping (FileIdentity) -> Bool) { self.isWanted = isWanted }
}

/// What tells that a file has been written to.
struct FileVersion: Equatable, Sendable {
  let byteCount: Int
  private let seconds: Int
  private let nanoseconds: Int

  init(_ status: stat) {
    byteCount = Int(status.st_size)
    #if canImport(Darwin)
      let time = status.st_mtimespec
    #else
      let time = status.st_mtim
    #endif
    seconds = Int(time.tv_sec)
    nanoseconds = Int(time.tv_nsec)
  }
}
