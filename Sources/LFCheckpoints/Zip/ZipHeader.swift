import LFCore
import LFFiles

/// The three records that describe one member of a zip archive.
enum ZipHeader {
  private static let centralSignature: UInt32 = 0x0201_4B50
  private static let localSignature: UInt32 = 0x0403_4B50
  private static let descriptorSignature: UInt32 = 0x0807_4B50
  private static let localByteCount = 30
  /// A 32-bit field with this value stands in the zip64 extra field instead.
  private static let wideMark: UInt32 = 0xFFFF_FFFF

  // MARK: Central directory

  /// The next record of the central directory.
  static func central(_ cursor: inout ByteCursor, limits: Limits) throws(LFError) -> ZipEntry {
    let here = cursor.here
    guard try cursor.integer(UInt32.self) == centralSignature else {
      throw .refused(
        "zip.directory", at: here, expected: "a record of the central directory",
        found: "other bytes")
    }
    _ = try cursor.take(4)
    let flags: UInt16 = try cursor.integer()
    let method: UInt16 = try cursor.integer()
    _ = try cursor.take(4)
    let checksum: UInt32 = try cursor.integer()
    let stored: UInt32 = try cursor.integer()
    let size: UInt32 = try cursor.integer()
    let nameCount: UInt16 = try cursor.integer()
    let extraCount: UInt16 = try cursor.integer()
    let commentCount: UInt16 = try cursor.integer()
    let disk: UInt16 = try cursor.integer()
    _ = try cursor.take(6)
    let offset: UInt32 = try cursor.integer()
    let name = try self.name(try cursor.take(Int(nameCount)), at: here, limits: limits)
    do throws(LFError) {
      var wide = try WideFields(try cursor.take(Int(extraCount)), at: here)
      _ = try cursor.take(Int(commentCount))
      try checkFlags(flags, at: here)
      let byteCount = try wide.next(size)
      let storedCount = try wide.next(stored)
      let headerStart = try wide.next(offset)
      guard disk == 0 || disk == 0xFFFF else {
        throw .refused("zip.directory", at: here, expected: "one file", found: "parts of several")
      }
      guard method != 0 || storedCount == byteCount else {
        throw .refused(
          "zip.size", at: here, expected: "one size for a stored member",
          found: "\(storedCount) and \(byteCount)")
      }
      guard name.utf8.last != UInt8(ascii: "/") || storedCount == 0 else {
        throw .refused(
          "zip.name", at: here, expected: "no content in a folder",
          found: "\(storedCount.counted("byte"))")
      }
      return ZipEntry(
        name: name, method: method, checksum: checksum, storedCount: storedCount,
        byteCount: byteCount, headerStart: headerStart, hasDescriptor: flags & 8 != 0)
    } catch {
      throw error.located(entry: name)
    }
  }

  private static func name(
    _ bytes: ArraySlice<UInt8>, at here: LFError.Location, limits: Limits
  ) throws(LFError) -> String {
    let parts = bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    let path = parts.last == [] && parts.count > 1 ? parts.dropLast() : parts[...]
    guard bytes.count <= limits.nameBytes, let text = String(validating: bytes, as: UTF8.self),
      !bytes.contains(0), !bytes.contains(UInt8(ascii: "\\")),
      !path.contains(where: {
        $0.isEmpty || $0.elementsEqual(".".utf8) || $0.elementsEqual("..".utf8)
      })
    else {
      throw .refused(
        "zip.name", at: here, expected: "a plain relative path as a name",
        found: "\"\(printable(String(decoding: bytes.prefix(200), as: UTF8.self)))\"")
    }
    return text
  }

  private static func checkFlags(_ flags: UInt16, at here: LFError.Location) throws(LFError) {
    // 0 encrypted, 6 strongly encrypted, 13 with hidden headers; 5 a patch.
    if flags & 0x2041 != 0 {
      throw .unsupported("zip.encrypted", at: here, "encrypted archives are not supported")
    }
    if flags & 0x20 != 0 {
      throw .unsupported("zip.patch", at: here, "archives with patched data are not supported")
    }
  }

  // MARK: Local header

  /// Compares the local header with the central one; gives the content's start.
  static func checkLocal(
    _ entry: ZipEntry, in file: InputFile, end: Int
  ) throws(LFError) -> Int {
    let place = LFError.Location(entry: entry.name, offset: entry.headerStart)
    guard entry.headerStart <= end, localByteCount <= end - entry.headerStart else {
      throw .refused(
        "zip.bounds", at: place, expected: "a local header before \(end)", found: "none")
    }
    var cursor = ByteCursor(
      try file.bytes(at: entry.headerStart, count: localByteCount)[...], location: place)
    let signature: UInt32 = try cursor.integer()
    _ = try cursor.take(2)
    let flags: UInt16 = try cursor.integer()
    let method: UInt16 = try cursor.integer()
    _ = try cursor.take(4)
    let checksum: UInt32 = try cursor.integer()
    let stored: UInt32 = try cursor.integer()
    let size: UInt32 = try cursor.integer()
    let nameCount = Int(try cursor.integer(UInt16.self))
    let extraCount = Int(try cursor.integer(UInt16.self))
    // Two 16-bit counts cannot overflow what lies inside a file.
    let rest = entry.headerStart + localByteCount
    guard signature == localSignature, nameCount + extraCount <= end - rest else {
      throw .refused(
        "zip.local-header", at: place, expected: "a local header", found: "other bytes")
    }
    let variable = try file.bytes(at: rest, count: nameCount + extraCount)
    try checkFlags(flags, at: place)
    var wide = try WideFields(variable[nameCount...], at: place)
    let sizes = (try wide.next(size), try wide.next(stored))
    // With a descriptor after the content these fields may be left empty.
    let open = entry.hasDescriptor
    let fields = [
      ("name", variable[..<nameCount].elementsEqual(entry.name.utf8)),
      ("method", method == entry.method),
      ("mark of a descriptor", (flags & 8 != 0) == open),
      ("checksum", checksum == entry.checksum || open && checksum == 0),
      ("size", sizes.0 == entry.byteCount || open && sizes.0 == 0),
      ("stored size", sizes.1 == entry.storedCount || open && sizes.1 == 0),
    ]
    if let (field, _) = fields.first(where: { !$0.1 }) {
      throw .refused(
        "zip.local-header", at: place, expected: "what the central directory says",
        found: "another \(field)")
    }
    let start = rest + nameCount + extraCount
    guard entry.storedCount <= end - start else {
      throw .refused(
        "zip.bounds", at: place, expected: "\(entry.storedCount.counted("byte")) before \(end)",
        found: "\(end - start)")
    }
    return start
  }

  // MARK: Descriptor

  /// Checks the record between a content and the next member.
  static func checkDescriptor(
    _ entry: ZipEntry, in file: InputFile, next: Int
  ) throws(LFError) {
    let place = LFError.Location(entry: entry.name, offset: entry.dataEnd)
    let count = next - entry.dataEnd
    guard [12, 16, 20, 24].contains(count) else {
      throw .refused(
        count < 0 ? "zip.overlap" : "zip.descriptor", at: place,
        expected: "a data descriptor before the next member", found: "\(count.counted("byte"))")
    }
    var cursor = ByteCursor(try file.bytes(at: entry.dataEnd, count: count)[...], location: place)
    let signed = count == 16 || count == 24
    let signature = signed ? try cursor.integer(UInt32.self) : descriptorSignature
    let checksum: UInt32 = try cursor.integer()
    var sizes: [Int] = []
    for _ in 0..<2 {
      sizes.append(
        count >= 20 ? try cursor.count64() : Int(try cursor.integer(UInt32.self)))
    }
    guard signature == descriptorSignature, checksum == entry.checksum,
      sizes == [entry.storedCount, entry.byteCount]
    else {
      throw .refused(
        "zip.descriptor", at: place, expected: "what the central directory says",
        found: "another size or checksum")
    }
  }

  // MARK: Zip64

  /// The 64-bit values of a header's extra field, used in their order.
  private struct WideFields {
    private var cursor: ByteCursor?
    private let place: LFError.Location

    init(_ extra: ArraySlice<UInt8>, at place: LFError.Location) throws(LFError) {
      self.place = place
      var fields = ByteCursor(extra, location: place)
      while fields.remaining >= 4 {
        let tag: UInt16 = try fields.integer()
        let count: UInt16 = try fields.integer()
        let content = try fields.take(Int(count))
        guard tag == 1 else { continue }
        guard cursor == nil else {
          throw .refused(
            "zip.extra", at: place, expected: "one zip64 field", found: "several")
        }
        cursor = ByteCursor(content, location: place)
      }
    }

    /// The value of a header field, looked up here when it is marked.
    mutating func next(_ field: UInt32) throws(LFError) -> Int {
      guard field == wideMark else { return Int(field) }
      guard let value = try cursor?.count64() else {
        throw .refused(
          "zip.extra", at: place, expected: "a zip64 field for a size beyond 32 bits",
          found: "none")
      }
      return value
    }
  }
}
