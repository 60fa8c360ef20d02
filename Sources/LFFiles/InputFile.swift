import CPlatform
public import LFCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A regular file that is read at given offsets, from any thread.
///
/// `pread` is used instead of a mapping: as fast for what is read once, and a
/// file that is cut while in use gives an error instead of a fatal signal.
public final class InputFile: Sendable {
  /// The path, as it was given.
  public let path: String
  /// Bytes in the file when it was opened.
  public let byteCount: Int
  private let descriptor: Int32

  /// Opens a regular file.
  ///
  /// - Throws: `io.*` when it cannot be opened; `io.not-regular` for folders,
  ///   pipes and devices.
  public convenience init(_ path: String) throws(LFError) { try self.init(path, isInput: true) }

  /// - Parameter isInput: whether a command must not replace it.
  package init(_ path: String, isInput: Bool) throws(LFError) {
    let descriptor = unsafe lf_open_for_reading(path)
    guard descriptor >= 0 else { throw .system("cannot open", path, errno: -descriptor) }
    self.path = path
    self.descriptor = descriptor
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else {
      byteCount = 0
      throw .system("cannot examine", path, errno: errno)
    }
    byteCount = Int(status.st_size)
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw LFError.refused(
        "io.not-regular", at: .init(file: path), expected: "a regular file",
        found: status.st_mode & S_IFMT == S_IFDIR ? "a folder" : "a pipe, socket or device")
    }
    if isInput { InputRecord.add(path, status) }
  }

  deinit { close(descriptor) }

  /// Fills `buffer` with the bytes from `offset` on.
  ///
  /// - Throws: `io.truncated` when the file ends before, `io.*` on failure.
  public func read(at offset: Int, into buffer: inout MutableRawSpan) throws(LFError) {
    let path = self.path
    let descriptor = self.descriptor
    var failure: LFError?
    unsafe buffer.withUnsafeMutableBytes { pointer in
      guard let base = pointer.baseAddress else { return }
      var done = 0
      while done < pointer.count {
        let count = unsafe pread(
          descriptor, base + done, pointer.count - done, off_t(offset + done))
        if count > 0 {
          done += count
        } else if count == 0 {
          failure = .refused(
            "io.truncated", at: .init(file: path, offset: offset + done),
            expected: "\(pointer.count - done) more bytes", found: "the end of the file",
            hint: "the file is incomplete; copy or download it again")
          return
        } else if errno != EINTR {
          failure = .system("cannot read", path, errno: errno)
          return
        }
      }
    }
    if let failure { throw failure }
  }

  /// Reads bytes into an array.
  ///
  /// The caller has checked the count against what it knows; it is checked
  /// against the file's size here, before anything is allocated.
  public func bytes(at offset: Int, count: Int) throws(LFError) -> [UInt8] {
    guard offset >= 0, count >= 0, offset <= byteCount, count <= byteCount - offset else {
      throw .refused(
        "io.truncated", at: .init(file: path, offset: offset),
        expected: "\(count.counted("byte")) here", found: "a file of \(byteCount.counted("byte"))",
        hint: "the file is incomplete; copy or download it again")
    }
    do throws(LFError) { try MemoryLimit.check(count, for: "the file's content") } catch {
      throw error.located(file: path)
    }
    var result = [UInt8](repeating: 0, count: count)
    var span = result.mutableSpan
    var raw = unsafe span.mutableBytes  // every byte pattern is a valid UInt8
    try read(at: offset, into: &raw)
    return result
  }

  /// The whole content of a file that must not be larger than `limit`.
  public func contents(limit: Int) throws(LFError) -> [UInt8] {
    guard byteCount <= limit else {
      throw .refused(
        "io.too-large", at: .init(file: path), expected: "at most \(limit) bytes",
        found: "\(byteCount)")
    }
    return try bytes(at: 0, count: byteCount)
  }
}
