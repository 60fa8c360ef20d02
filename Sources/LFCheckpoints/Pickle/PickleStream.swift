import LFCore
import LFFiles

/// Bytes of a file read forward through a small window.
///
/// A legacy checkpoint is pickles and gigabytes of weights in one file, so a
/// pickle is read where it stands, without the rest.
struct PickleStream {
  private static let windowByteCount = 1 << 16

  private let file: InputFile
  private let end: Int
  private var window: [UInt8] = []
  private var windowStart: Int
  private var index = 0

  /// A stream over a range of the file, which must lie inside it.
  init(_ file: InputFile, range: Range<Int>) {
    self.file = file
    end = range.upperBound
    windowStart = range.lowerBound
  }

  /// Position of the next byte in the file.
  var offset: Int { windowStart + index }

  /// Bytes that are left.
  var remaining: Int { end - offset }

  /// The next byte.
  mutating func byte() throws(LFError) -> UInt8 {
    if index == window.count { try refill() }
    let byte = window[index]
    index += 1
    return byte
  }

  /// The next bytes; the count is checked before anything is allocated.
  mutating func take(_ count: Int) throws(LFError) -> ArraySlice<UInt8> {
    try check(count)
    if count <= window.count - index {
      defer { index += count }
      return window[index..<index + count]
    }
    let bytes = try file.bytes(at: offset, count: count)
    move(to: offset + count)
    return bytes[...]
  }

  /// Passes over bytes without reading them.
  mutating func skip(_ count: Int) throws(LFError) {
    try check(count)
    if count <= window.count - index { index += count } else { move(to: offset + count) }
  }

  /// The next bytes as an unsigned integer, little-endian.
  mutating func integer(byteCount: Int) throws(LFError) -> UInt64 {
    var value: UInt64 = 0
    for (index, byte) in try take(byteCount).enumerated() {
      value |= UInt64(byte) << UInt64(8 * index)
    }
    return value
  }

  /// The bytes before the next line feed, which is passed.
  mutating func line(limit: Int = 4096) throws(LFError) -> [UInt8] {
    var result: [UInt8] = []
    let start = offset
    while true {
      let byte = try byte()
      if byte == UInt8(ascii: "\n") { return result }
      guard result.count < limit else {
        throw .refused(
          "pickle.line", at: .init(offset: start), expected: "a line of at most \(limit) bytes",
          found: "a longer one")
      }
      result.append(byte)
    }
  }

  private mutating func refill() throws(LFError) {
    try check(1)
    windowStart = offset
    window = try file.bytes(at: windowStart, count: min(Self.windowByteCount, end - windowStart))
    index = 0
  }

  private mutating func move(to offset: Int) {
    windowStart = offset
    window = []
    index = 0
  }

  private func check(_ count: Int) throws(LFError) {
    guard count >= 0, count <= remaining else {
      throw .refused(
        "pickle.truncated", at: .init(offset: offset), expected: "\(count) more bytes",
        found: "\(remaining)", hint: "the file is incomplete; copy or download it again")
    }
  }
}
