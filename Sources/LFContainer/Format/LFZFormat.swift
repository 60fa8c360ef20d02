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
