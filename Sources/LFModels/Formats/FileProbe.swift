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

  /// Whether it is safetensors, also where it begins or ends like another format.
  ///
  /// The length of a header is any number: one of 640 bytes begins like a pickle, and
  /// weights may end like an archive. A brace behind a length that fits says what it
  /// is, unless the name says that it is a pickle; with the name of safetensors the
  /// brace is enough.
  var isSafetensors: Bool {
    guard holds([UInt8(ascii: "{")], at: 8) else { return false }
    if isNamed(".safetensors") { return true }
    let length = head.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return length >= 2 && length <= UInt64(max(0, file.byteCount - 8))
      && !isNamed(".bin", ".pt", ".pth", ".ckpt", ".pkl")
  }

  /// Whether the file's name ends so, whatever the case of its letters.
  func isNamed(_ suffixes: String...) -> Bool {
    let name = Paths.name(file.path).lowercased()
    return suffixes.contains { name.hasSuffix($0) }
  }
}
