import LFCore

/// One member of a zip archive, as both of its headers describe it.
struct ZipEntry: Sendable {
  /// The name, a safe relative path.
  let name: String
  /// Compression method; 0 is stored.
  let method: UInt16
  /// CRC-32 of the content; 0 in archives that were written without.
  let checksum: UInt32
  /// Bytes in the archive, and bytes of the content.
  let storedCount: Int
  let byteCount: Int
  /// Where the local header begins.
  let headerStart: Int
  /// Whether sizes follow the content in a record of their own.
  let hasDescriptor: Bool
  /// Where the content begins; set once the local header has been checked.
  var dataStart = 0

  /// Where the content ends. Headers were checked, so this cannot overflow.
  var dataEnd: Int { dataStart + storedCount }

  /// The bytes of the content in the file.
  ///
  /// - Throws: `zip.compressed` unless the member is stored as it is.
  func storedRange() throws(LFError) -> Range<Int> {
    guard method == 0 else {
      throw .unsupported(
        "zip.compressed", at: .init(entry: name),
        "members compressed with \(Self.methodName(method)) are not supported",
        hint: "torch.save stores its members; save the file again with it")
    }
    return dataStart..<dataEnd
  }

  private static func methodName(_ method: UInt16) -> String {
    switch method {
    case 8: "deflate"
    case 9: "deflate64"
    case 12: "bzip2"
    case 14: "LZMA"
    case 20, 93: "Zstandard"
    case 95: "xz"
    default: "method \(method)"
    }
  }
}
