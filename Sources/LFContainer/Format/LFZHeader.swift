import LFCore

/// The first 64 bytes of a container.
struct LFZHeader: Equatable {
  var minor: UInt16 = LFZFormat.minor
  /// Bytes of the whole file.
  var fileByteCount: Int
  /// Where the chunk table begins; the index follows it and ends the file.
  var tableOffset: Int
  var chunkCount: Int
  var indexByteCount: Int
  /// XXH3-64 of chunk table and index.
  var metadataChecksum: UInt64

  /// Where the index begins.
  var indexOffset: Int { tableOffset + chunkCount * LFZFormat.recordBytes }

  /// The header's bytes.
  var encoded: [UInt8] {
    var bytes = LFZFormat.magic
    bytes.append(littleEndian: LFZFormat.major)
    bytes.append(littleEndian: minor)
    bytes.append(littleEndian: UInt32(LFZFormat.headerBytes))
    bytes.append(littleEndian: LFZFormat.knownFeatures)
    bytes.append(littleEndian: UInt64(fileByteCount))
    bytes.append(littleEndian: UInt64(tableOffset))
    bytes.append(littleEndian: UInt32(chunkCount))
    bytes.append(littleEndian: UInt32(indexByteCount))
    bytes.append(littleEndian: metadataChecksum)
    bytes.append(littleEndian: UInt32(0))
    bytes.append(littleEndian: UInt32(truncatingIfNeeded: Digest.xxh64(bytes)))
    return bytes
  }
}

extension LFZHeader {
  /// Reads and checks a header.
  ///
  /// The checksum is looked at before the version: where they lie never
  /// changes, so that a damaged file is not taken for a newer one.
  ///
  /// - Parameter fileByteCount: the file's true size.
  /// - Throws: `lfz.*`, refused or unsupported.
  init(_ bytes: [UInt8], fileByteCount: Int, limits: Limits) throws(LFError) {
    try Self.checkSeal(bytes)
    let start = LFZFormat.magic.count
    var cursor = ByteCursor(bytes[start...], location: .init(offset: start))
    let major: UInt16 = try cursor.integer()
    minor = try cursor.integer()
    guard major == LFZFormat.major else {
      throw .unsupported(
        "lfz.version", at: .init(offset: 8),
        "version \(major).\(minor) of the container, this tool reads \(LFZFormat.major).x",
        hint: "use a newer lfconv")
    }
    let headerBytes: UInt32 = try cursor.integer()
    guard headerBytes == LFZFormat.headerBytes else {
      throw .refused(
        "lfz.header", at: .init(offset: 12), expected: "a header of \(LFZFormat.headerBytes) bytes",
        found: "\(headerBytes)")
    }
    let features: UInt64 = try cursor.integer()
    guard features & ~LFZFormat.knownFeatures == 0 else {
      throw .unsupported(
        "lfz.feature", at: .init(offset: 16),
        "the file needs features \(hex(features)) that this tool does not have",
        hint: "use a newer lfconv")
    }
    self.fileByteCount = try cursor.count64()
    guard self.fileByteCount == fileByteCount else {
      throw .refused(
        self.fileByteCount > fileByteCount ? "lfz.truncated" : "lfz.trailing",
        at: .init(offset: 24), expected: "a file of \(self.fileByteCount.counted("byte"))",
        found: "\(fileByteCount)", hint: "the file is incomplete or something was appended to it")
    }
    tableOffset = try cursor.count64()
    chunkCount = Int(try cursor.integer(UInt32.self))
    indexByteCount = Int(try cursor.integer(UInt32.self))
    metadataChecksum = try cursor.integer()
    let reserved: UInt32 = try cursor.integer()
    guard reserved == 0 else {
      throw .refused(
        "lfz.header", at: .init(offset: 56), expected: "zero in the reserved bytes",
        found: "\(reserved)")
    }
    guard indexByteCount <= limits.indexBytes else {
      throw .refused(
        "lfz.limit", at: .init(offset: 44),
        expected: "an index of at most \(limits.indexBytes) bytes", found: "\(indexByteCount)")
    }
    try checkPlaces()
  }

  /// Checks what every version of the format has in the same place: the magic
  /// and the header's checksum.
  private static func checkSeal(_ bytes: [UInt8]) throws(LFError) {
    guard bytes.count == LFZFormat.headerBytes, bytes.starts(with: LFZFormat.magic) else {
      throw .refused(
        "lfz.magic", at: .init(offset: 0), expected: "the first bytes of a .lfz container",
        found: "others")
    }
    let checksum = UInt32(truncatingIfNeeded: Digest.xxh64(Array(bytes[..<60])))
    var tail = ByteCursor(bytes[60...])
    let stored: UInt32 = try tail.integer()
    guard checksum == stored else {
      throw .refused(
        "lfz.header-checksum", at: .init(offset: 60),
        expected: "header checksum \(hex(UInt64(stored)))", found: hex(UInt64(checksum)),
        hint: "the file is damaged; copy or download it again")
    }
  }

  /// Checks that chunks, table and index fill the file.
  private func checkPlaces() throws(LFError) {
    // Every chunk fills 64 bytes at least, so a table is never larger than what
    // it describes. The counts have 32 bits and the offset lies in the file: no
    // overflow.
    guard tableOffset >= LFZFormat.headerBytes, tableOffset % LFZFormat.alignment == 0,
      tableOffset <= fileByteCount,
      chunkCount <= (tableOffset - LFZFormat.headerBytes) / LFZFormat.alignment,
      indexOffset + indexByteCount == fileByteCount
    else {
      throw .refused(
        "lfz.header", at: .init(offset: 32),
        expected: "an aligned chunk table and an index that fill the file up to its end",
        found:
          "table at \(tableOffset), \(chunkCount.counted("chunk")), index of \(indexByteCount.counted("byte"))"
      )
    }
  }
}
