import LFCore

/// One row of the chunk table.
struct ChunkRecord: Equatable, Sendable {
  /// Where the stored bytes begin in the file.
  var offset: Int
  var storedCount: Int
  var rawCount: Int
  /// XXH3-64 of the stored bytes.
  var checksum: UInt64
  var codec: ChunkCodec
  /// What the raw bytes are, for the codec: one blob may serve tensors of
  /// several types.
  var elementType: ElementType

  /// Appends the record's 32 bytes.
  func encode(into bytes: inout [UInt8]) {
    bytes.append(littleEndian: UInt64(offset))
    bytes.append(littleEndian: UInt32(storedCount))
    bytes.append(littleEndian: UInt32(rawCount))
    bytes.append(littleEndian: checksum)
    bytes.append(codec.rawValue)
    bytes.append(elementType.code)
    bytes.append(contentsOf: [0, 0, 0, 0, 0, 0])
  }

  /// The chunk's end and the zero bytes up to the next multiple of 64.
  var paddedCount: Int { LFZFormat.aligned(storedCount) ?? storedCount }
}

extension ChunkRecord {
  /// Reads a record and checks it, apart from its place in the table.
  ///
  /// - Parameters:
  ///   - bytes: the table, with at least a record from `start` on.
  ///   - start: counted from the table's beginning.
  init(_ bytes: RawSpan, at start: Int) throws(LFError) {
    // Loads are bounds-checked; any bytes are a valid integer.
    func load<Value: FixedWidthInteger & BitwiseCopyable>(
      _ type: Value.Type, _ place: Int
    ) -> Value {
      Value(littleEndian: unsafe bytes.unsafeLoadUnaligned(fromByteOffset: start + place, as: type))
    }
    guard let offset = Int(exactly: load(UInt64.self, 0)) else {
      throw ChunkRecord.wrong("offset", "below 2^63", load(UInt64.self, 0))
    }
    self.offset = offset
    storedCount = Int(load(UInt32.self, 8))
    rawCount = Int(load(UInt32.self, 12))
    checksum = load(UInt64.self, 16)
    guard let codec = ChunkCodec(rawValue: load(UInt8.self, 24)) else {
      throw ChunkRecord.wrong("codec", "0, 1 or 2", load(UInt8.self, 24))
    }
    guard let type = ElementType(code: load(UInt8.self, 25)) else {
      throw ChunkRecord.wrong("element type", "1 to 13", load(UInt8.self, 25))
    }
    self.codec = codec
    elementType = type
    guard load(UInt16.self, 26) == 0, load(UInt32.self, 28) == 0 else {
      throw ChunkRecord.wrong("reserved bytes", "zero", load(UInt32.self, 28))
    }
    guard rawCount >= 1, rawCount <= LFZFormat.chunkBytes else {
      throw ChunkRecord.wrong("raw length", "1 to \(LFZFormat.chunkBytes)", rawCount)
    }
    let width = type.byteCount
    switch codec {
    case .raw:
      guard storedCount == rawCount else {
        throw ChunkRecord.wrong("stored length", "\(rawCount), the raw length", storedCount)
      }
    case .zstd:
      guard storedCount >= 1, storedCount < rawCount else {
        throw ChunkRecord.wrong("stored length", "less than \(rawCount)", storedCount)
      }
    case .planes:
      guard width > 1 else {
        throw ChunkRecord.wrong("element type of planes", "more than one byte", type.code)
      }
      guard rawCount % width == 0, rawCount / width <= LFZFormat.chunkElements else {
        throw ChunkRecord.wrong(
          "raw length of planes", "1 to \(LFZFormat.chunkElements) elements of \(width) bytes",
          rawCount)
      }
      guard storedCount >= width * PlaneDirectory.entryBytes, storedCount < rawCount else {
        throw ChunkRecord.wrong(
          "stored length", "a plane directory and less than \(rawCount)", storedCount)
      }
    }
  }

  private static func wrong(
    _ field: String, _ expected: String, _ found: some BinaryInteger
  ) -> LFError {
    .refused("lfz.table", expected: "\(field): \(expected)", found: "\(found)")
  }
}
