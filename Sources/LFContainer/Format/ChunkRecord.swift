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
          "raw length of planes",
          "1 to \(LFZFormat.chunkElements) elements of \(width.counted("byte"))",
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

/// How a chunk's stored bytes stand for its raw bytes.
enum ChunkCodec: UInt8, Sendable, CaseIterable {
  /// They are the raw bytes.
  case raw = 0
  /// They are one zstd frame.
  case zstd = 1
  /// They are a plane directory and the elements' byte planes.
  case planes = 2
}

extension ElementType {
  /// The type's number in chunk records and in the index.
  var code: UInt8 {
    switch self {
    case .f64: 1
    case .f32: 2
    case .f16: 3
    case .bf16: 4
    case .i64: 5
    case .i32: 6
    case .i16: 7
    case .i8: 8
    case .u64: 9
    case .u32: 10
    case .u16: 11
    case .u8: 12
    case .bool: 13
    }
  }

  /// The type with a number; nil for numbers that this version does not know.
  init?(code: some BinaryInteger) {
    switch code {
    case 1: self = .f64
    case 2: self = .f32
    case 3: self = .f16
    case 4: self = .bf16
    case 5: self = .i64
    case 6: self = .i32
    case 7: self = .i16
    case 8: self = .i8
    case 9: self = .u64
    case 10: self = .u32
    case 11: self = .u16
    case 12: self = .u8
    case 13: self = .bool
    default: return nil
    }
  }
}
