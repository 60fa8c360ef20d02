/// The checksum of zip archives (the polynomial of ISO 3309).
///
/// Eight tables, eight bytes a step. A few lines here instead of one more
/// library: it is used for pickles and on request, never on a hot path.
struct CRC32 {
  private static let tables: [[UInt32]] = {
    var tables = [[UInt32]](repeating: [UInt32](repeating: 0, count: 256), count: 8)
    for index in 0..<256 {
      var value = UInt32(index)
      for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
      tables[0][index] = value
    }
    for table in 1..<8 {
      for index in 0..<256 {
        let last = tables[table - 1][index]
        tables[table][index] = last >> 8 ^ tables[0][Int(last & 0xFF)]
      }
    }
    return tables
  }()

  private var state: UInt32 = 0xFFFF_FFFF

  /// The checksum of the bytes so far.
  var value: UInt32 { state ^ 0xFFFF_FFFF }

  /// Adds bytes.
  mutating func update(_ bytes: ArraySlice<UInt8>) {
    let tables = Self.tables
    var state = state
    var index = bytes.startIndex
    while bytes.endIndex - index >= 8 {
      var step: UInt32 = 0
      for byte in 0..<4 {
        let key = UInt8(truncatingIfNeeded: state >> UInt32(8 * byte)) ^ bytes[index + byte]
        step ^= tables[7 - byte][Int(key)] ^ tables[3 - byte][Int(bytes[index + 4 + byte])]
      }
      state = step
      index += 8
    }
    for byte in bytes[index...] {
      state = state >> 8 ^ tables[0][Int(UInt8(truncatingIfNeeded: state) ^ byte)]
    }
    self.state = state
  }
}
