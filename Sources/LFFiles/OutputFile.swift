import Dispatch
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
public final class OutputFile: Sendable {
  /// Where the file will be.
  public let destination: String
  /// Where it is until then.
  public let temporaryPath: String
  private let descriptor: Int32
  private let overwrite: Bool
  private let state = Mutex<(end: Int, open: Bool)>((0, true))
  /// The sync that runs in the background, and its errno value.
  private let syncing = DispatchGroup()
  private let syncResult = Mutex<Int32?>(nil)

  /// Creates the temporary file.
  ///
  /// - Throws: `io.exists` when something is at the destination and `overwrite`
  ///   is not set; `io.*` when the file cannot be made.
  public init(_ destination: String, overwrite: Bool) throws(LFError) {
    try OutputFile.checkFree(destination, overwrite: overwrite, wanted: .file)
    self.destination = destination
    self.overwrite = overwrite
    temporaryPath = TemporaryPaths.reserve(beside: destination)
    descriptor = unsafe open(temporaryPath, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      let number = errno
      TemporaryPaths.forget(temporaryPath)
      throw .system("cannot create a file in", Paths.folder(destination), errno: number)
    }
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
    guard ftruncate(descriptor, off_t(count)) == 0 else {
      throw .system("cannot truncate", destination, errno: errno)
    }
    state.withLock { $0.end = count }
  }

  /// Begins to make the content durable while the caller does other things;
  /// nothing may be written any more.
  public func beginSync() {
    DispatchQueue.global().async(group: syncing) {
      let number = fsync(self.descriptor) == 0 ? 0 : errno
      self.syncResult.withLock { $0 = number }
    }
  }

  /// Makes the content durable and closes the file; it keeps its temporary name.
  public func finish() throws(LFError) {
    guard state.withLock({ $0.open }) else { return }
    syncing.wait()
    let begun = syncResult.withLock { $0 }
    let number = begun ?? (fsync(descriptor) == 0 ? 0 : errno)
    guard number == 0 else { throw .system("cannot sync", destination, errno: number) }
    state.withLock { $0.open = false }
    guard close(descriptor) == 0 else { throw .system("cannot close", destination, errno: errno) }
  }

  /// Moves the complete file to its destination.
  ///
  /// - Throws: `io.exists` when something has appeared there in the meantime.
  public func publish() throws(LFError) {
    try finish()
    if overwrite {
      guard unsafe rename(temporaryPath, destination) == 0 else {
        throw .system("cannot publish", destination, errno: errno)
      }
    } else {
      // A hard link never replaces anything. File systems without hard links
      // leave a short moment between the look and the move.
      if unsafe link(temporaryPath, destination) == 0 {
        _ = unsafe unlink(temporaryPath)
      } else if errno == EEXIST {
        throw OutputFile.occupied(destination)
      } else {
        try OutputFile.checkFree(destination, overwrite: false, wanted: .file)
        guard unsafe rename(temporaryPath, destination) == 0 else {
          throw .system("cannot publish", destination, errno: errno)
        }
      }
    }
    TemporaryPaths.forget(temporaryPath)
    OutputFile.syncFolder(Paths.folder(destination))
  }

  /// Removes the temporary file; nothing happens once it is published.
  public func discard() {
    syncing.wait()
    let wasOpen = state.withLock { state in
      defer { state.open = false }
      return state.open
    }
    if wasOpen { close(descriptor) }
    _ = unsafe unlink(temporaryPath)
    TemporaryPaths.forget(temporaryPath)
  }

  // MARK: Shared with folders

  static func checkFree(
    _ destination: String, overwrite: Bool, wanted: Paths.Kind
  ) throws(LFError) {
    guard Paths.exists(destination) else {
      guard Paths.kind(Paths.folder(destination)) == .folder else {
        throw .system("cannot write into", Paths.folder(destination), errno: ENOENT)
      }
      return
    }
    guard overwrite else { throw occupied(destination) }
    let found = Paths.kind(destination)
    guard found == wanted || found == .missing else {
      throw LFError(
        .io, "io.exists",
        "\(wanted == .file ? "a file" : "a folder") is to be written, "
          + "but something else is there", at: .init(file: destination))
    }
  }

  static func occupied(_ destination: String) -> LFError {
    LFError(
      .io, "io.exists", "the output already exists", at: .init(file: destination),
      hint: "give another name, or --force to replace it")
  }

  static func syncFolder(_ folder: String) {
    // Not every file system can sync a folder; the data itself is synced.
    let descriptor = unsafe open(folder, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }
}
