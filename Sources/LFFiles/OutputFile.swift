import CPlatform
public import LFCore
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A file that appears at its destination complete, or not at all.
///
/// It is written under a temporary name in the destination's folder, then
/// synced and moved into place. Unless `publish` is called it is removed.
@safe public final class OutputFile: Sendable {
  /// Where the file will be.
  public let destination: String
  /// Where it is until then.
  public let temporaryPath: String
  private let descriptor: Int32
  private let overwrite: Bool
  private let state = Mutex(State())

  @safe private struct State {
    var end = 0
    /// Whether bytes may be written.
    var isOpen = true
    /// Whether the descriptor is open; it holds the file's lock.
    var isHeld = true
    /// The sync that runs in the background.
    nonisolated(unsafe) var sync: OpaquePointer?
  }

  /// Creates the temporary file.
  ///
  /// - Throws: `io.exists` when something is at the destination and `overwrite`
  ///   is not set; `usage.output` when it is an input; `io.*` when the file cannot
  ///   be made.
  public init(_ destination: String, overwrite: Bool) throws(LFError) {
    try OutputRule.check(destination, overwrite: overwrite, wanted: .file)
    self.destination = destination
    self.overwrite = overwrite
    let made = try TemporaryPaths.makeFile(in: Paths.folder(destination))
    temporaryPath = made.path
    descriptor = made.descriptor
  }

  deinit { discard() }

  /// Bytes written so far, gaps included.
  public var byteCount: Int { state.withLock { $0.end } }

  /// Appends bytes.
  public func append(_ bytes: RawSpan) throws(LFError) { try write(bytes, at: byteCount) }

  /// Appends bytes.
  public func append(_ bytes: [UInt8]) throws(LFError) {
    try append(unsafe bytes.span.bytes)
  }

  /// Writes bytes at an offset.
  public func write(_ bytes: RawSpan, at offset: Int) throws(LFError) {
    try demandOpen("cannot write")
    let path = destination
    var failure: LFError?
    unsafe bytes.withUnsafeBytes { pointer in
      guard let base = pointer.baseAddress else { return }
      var done = 0
      while done < pointer.count {
        let count = unsafe pwrite(
          descriptor, base + done, pointer.count - done, off_t(offset + done))
        if count >= 0 {
          done += count
        } else if errno != EINTR {
          failure = .system("cannot write", path, errno: errno)
          return
        }
      }
    }
    if let failure { throw failure }
    state.withLock { $0.end = max($0.end, offset + bytes.byteCount) }
  }

  /// Cuts the file to a length, so that what follows is written from there.
  public func truncate(to count: Int) throws(LFError) {
    try demandOpen("cannot truncate")
    guard ftruncate(descriptor, off_t(count)) == 0 else {
      throw .system("cannot truncate", destination, errno: errno)
    }
    state.withLock { $0.end = count }
  }

  private func demandOpen(_ action: String) throws(LFError) {
    guard state.withLock({ $0.isOpen }) else {
      throw .system(action, destination, errno: EBADF)
    }
  }

  /// Begins to make the content durable while the caller does other things;
  /// nothing may be written any more.
  public func beginSync() {
    let descriptor = self.descriptor
    // Where there is no thread for it, `finish` does it.
    state.withLock { state in
      if unsafe state.sync == nil { unsafe state.sync = lf_sync_begin(descriptor) }
    }
  }

  /// Makes the content durable; the file keeps its temporary name, and nothing can
  /// be written any more.
  public func finish() throws(LFError) {
    guard state.withLock({ $0.isOpen }) else { return }
    let begun: Int32? = state.withLock { state in
      guard let sync = unsafe state.sync else { return nil }
      unsafe state.sync = nil
      return unsafe lf_sync_end(sync, 1)
    }
    let number = begun ?? (fsync(descriptor) == 0 ? 0 : errno)
    guard number == 0 else { throw .system("cannot sync", destination, errno: number) }
    state.withLock { $0.isOpen = false }
  }

  /// Moves the complete file to its destination.
  ///
  /// - Throws: `io.exists` when something has appeared there in the meantime;
  ///   `io.changed` when an input is not any more what it was.
  public func publish() throws(LFError) {
    try finish()
    // A part of a folder is published with it.
    let isPart = TemporaryPaths.isTemporary(destination)
    if !isPart {
      if let changed = InputRecord.changed() { throw changed }
      try OutputRule.check(destination, overwrite: overwrite, wanted: .file)
      fchmod(descriptor, mode_t(0o666 & ~lf_umask()))
    }
    try TemporaryPaths.held { () throws(LFError) in
      if isPart { try TemporaryPaths.register(destination) }
      if overwrite {
        guard unsafe rename(temporaryPath, destination) == 0 else {
          throw .system("cannot publish", destination, errno: errno)
        }
      } else {
        try Paths.moveToFree(temporaryPath, destination)
      }
      TemporaryPaths.forget(temporaryPath)
    }
    release()
    OutputFile.syncFolder(Paths.folder(destination))
    if !isPart { PublishedOutputs.add(destination) }
  }

  /// Removes the temporary file; nothing happens once it is published.
  public func discard() {
    let sync = unsafe state.withLock { state in
      state.isOpen = false
      defer { unsafe state.sync = nil }
      return unsafe state.sync
    }
    if let sync = unsafe sync { _ = unsafe lf_sync_end(sync, 0) }
    if state.withLock({ $0.isHeld }) {
      _ = unsafe unlink(temporaryPath)
      TemporaryPaths.forget(temporaryPath)
    }
    release()
  }

  /// Closes the descriptor, and gives up the lock with it.
  private func release() {
    let wasHeld = state.withLock { state in
      defer { state.isHeld = false }
      return state.isHeld
    }
    if wasHeld { close(descriptor) }
  }

  static func syncFolder(_ folder: String) {
    // Not every file system can sync a folder; the data itself is synced.
    let descriptor = unsafe open(folder, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }
}

/// Where outputs of this process were put, and what could not be cleaned up.
package enum PublishedOutputs {
  private static let lists = Mutex<(paths: [String], leftovers: [String])>(([], []))

  static func add(_ path: String) { lists.withLock { $0.paths.append(path) } }

  static func add(leftover path: String) { lists.withLock { $0.leftovers.append(path) } }

  /// The outputs' paths, in order.
  package static var all: [String] { lists.withLock { $0.paths } }

  /// What an output replaced and could not be removed.
  package static var leftovers: [String] { lists.withLock { $0.leftovers } }
}
