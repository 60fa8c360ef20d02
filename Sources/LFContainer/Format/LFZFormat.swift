import LFCore

/// Constants of the container's bytes; `Specs/container.md` explains them.
enum LFZFormat {
  /// A high bit, a line end of each kind and ^Z: transfers that take the file
  /// for text damage it here, where it is noticed.
  static let magic: [UInt8] = [0x89, 0x4C, 0x46, 0x5A, 0x0D, 0x0A, 0x1A, 0x0A]
  static let major: UInt16 = 1
  static let minor: UInt16 = 0
  /// Required-feature bits that this version understands.
  static let knownFeatures: UInt64 = 0
  static let headerBytes = 64
  static let recordBytes = 32
  /// Chunks and the chunk table begin at multiples of this.
  static let alignment = 64
  /// Most elements in a chunk of planes, and what the writer puts in a chunk:
  /// a byte plane is then one block of a zstd frame.
  static let chunkElements = 131_072
  /// Most raw bytes in a chunk.
  static let chunkBytes = 1 << 20
  /// Blobs shorter than this are not coded: decoding them would cost more time
  /// than reading what it saves.
  static let codedBlobBytes = 4096

  /// The next multiple of the alignment; nil beyond the range of `Int`.
  static func aligned(_ offset: Int) -> Int? {
    let (sum, overflow) = offset.addingReportingOverflow(alignment - 1)
    return overflow ? nil : sum & ~(alignment - 1)
  }
}

/// Bounds of a container that depend on its size.
enum LFZLimits {
  /// Most bytes of tensors and files, repetitions counted, that a file of a
  /// size may stand for.
  static func logicalBytes(fileByteCount: Int, _ limits: Limits) -> Int {
    let (product, overflow) = fileByteCount.multipliedReportingOverflow(by: limits.expansionRatio)
    let (sum, overflow2) = product.addingReportingOverflow(limits.expansionSlack)
    return overflow || overflow2 ? .max : sum
  }
}

/// Names of carried files, which become paths when a model is unpacked.
enum CarriedName {
  /// Checks that a name is a plain relative path.
  ///
  /// - Throws: `lfz.file-name` for anything that could lead out of a folder.
  static func check(_ name: String, limits: Limits) throws(LFError) {
    let bytes = name.utf8
    let parts = bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    let safe =
      bytes.count <= limits.nameBytes
      && !bytes.contains { $0 < 0x20 || $0 == 0x7f || $0 == UInt8(ascii: "\\") }
      && !parts.contains { $0.isEmpty || $0.elementsEqual(".".utf8) || $0.elementsEqual("..".utf8) }
    guard safe else {
      throw .refused(
        "lfz.file-name", at: .init(entry: printable(name, limit: 80)),
        expected: "a plain relative path of 1 to \(limits.nameBytes) bytes",
        found: "\"\(printable(name, limit: 80))\"")
    }
  }
}
