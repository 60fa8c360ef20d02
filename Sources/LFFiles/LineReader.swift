package import LFCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Reads a text file line by line, however long it is; `-` is standard input.
package struct LineReader {
  /// A line and where it begins.
  package struct Line: Sendable {
    /// The bytes, without the end of the line.
    package let bytes: [UInt8]
    /// Offset of the first byte.
    package let offset: Int
    /// The line's number, from 0 on.
    package let index: Int
  }

  /// Bytes that are read at a time.
  private static let chunk = 1 << 18
  /// Longest line.
  private static let limit = 1 << 30

  /// What is read, for messages.
  package let name: String
  /// Bytes of the file; nil for standard input.
  package var byteCount: Int? { file?.byteCount }
  private let file: InputFile?
  private var position = 0
  private var buffer: [UInt8] = []
  private var start = 0
  private var isAtEnd = false
  private var index = 0

  /// Opens a file, or standard input for `-`.
  package init(_ path: String) throws(LFError) {
    file = path == "-" ? nil : try InputFile(path)
    name = path == "-" ? "standard input" : path
  }

  /// The next line; nil at the end. A last line needs no line feed.
  ///
  /// A carriage return before the line feed belongs to the end of the line.
  package mutating func next() throws(LFError) -> Line? {
    var searched = start
    while true {
      if let end = buffer[searched...].firstIndex(of: 0x0A) { return line(to: end, next: end + 1) }
      searched = buffer.count
      if isAtEnd { return start < buffer.count ? line(to: buffer.count, next: buffer.count) : nil }
      guard buffer.count - start <= Self.limit else {
        throw .refused(
          "text.line", at: .init(file: name, offset: position - (buffer.count - start)),
          expected: "a line of at most \(Self.limit) bytes", found: "a longer one")
      }
      if start > 0 {
        searched -= start
        buffer.removeFirst(start)
        start = 0
      }
      let bytes = try read()
      isAtEnd = bytes.isEmpty
      position += bytes.count
      buffer += bytes
    }
  }

  private mutating func line(to end: Int, next: Int) -> Line {
    let last = end > start && buffer[end - 1] == 0x0D && next > end ? end - 1 : end
    let result = Line(
      bytes: Array(buffer[start..<last]), offset: position - (buffer.count - start), index: index)
    start = next
    index += 1
    return result
  }

  private func read() throws(LFError) -> [UInt8] {
    if let file {
      return try file.bytes(at: position, count: min(Self.chunk, file.byteCount - position))
    }
    var result = [UInt8](repeating: 0, count: Self.chunk)
    var count = 0
    repeat {
      count = unsafe result.withUnsafeMutableBytes { pointer in
        #if canImport(Glibc)
          unsafe Glibc.read(STDIN_FILENO, pointer.baseAddress, pointer.count)
        #else
          unsafe Darwin.read(STDIN_FILENO, pointer.baseAddress, pointer.count)
        #endif
      }
    } while count < 0 && errno == EINTR
    guard count >= 0 else { throw .system("cannot read", name, errno: errno) }
    result.removeLast(result.count - count)
    return result
  }
}
