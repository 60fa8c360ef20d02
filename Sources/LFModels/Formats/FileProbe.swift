import LFCore
import LFFiles

/// A file and its first bytes, from which its format is told.
struct FileProbe: Sendable {
  let file: InputFile
  let head: [UInt8]
  let tail: [UInt8]

  init(_ file: InputFile) throws(LFError) {
    self.file = file
    head = try file.bytes(at: 0, count: min(file.byteCount, 512))
    let tailCount = min(file.byteCount, 22)
    tail = try file.bytes(at: file.byteCount - tailCount, count: tailCount)
  }

  /// Whether the file begins with these bytes.
  func begins(with bytes: some Sequence<UInt8>) -> Bool { head.starts(with: bytes) }

  /// Whether these bytes stand at an offset.
  func holds(_ bytes: [UInt8], at offset: Int) -> Bool {
    head.dropFirst(offset).starts(with: bytes)
  }

  /// Whether the file's name ends so, whatever the case of its letters.
  func isNamed(_ suffixes: String...) -> Bool {
    let name = Paths.name(file.path).lowercased()
    return suffixes.contains { name.hasSuffix($0) }
  }
}
