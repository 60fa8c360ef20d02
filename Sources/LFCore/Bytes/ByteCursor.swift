/// Reads little-endian fields from bytes, one after the other, within bounds.
package struct ByteCursor: Sendable {
  /// The bytes that are read.
  package let bytes: ArraySlice<UInt8>
  /// Position of the next byte, counted from the slice's beginning.
  package private(set) var position = 0
  private let location: LFError.Location

  /// A cursor at the beginning of `bytes`.
  ///
  /// - Parameter location: of the first byte; errors add the position to it.
  package init(_ bytes: ArraySlice<UInt8>, location: LFError.Location = .init()) {
    self.bytes = bytes
    self.location = location
  }

  /// Bytes that are left.
  package var remaining: Int { bytes.count - position }

  /// Where the next byte lies in the file.
  package var here: LFError.Location {
    var result = location
    result.offset = (location.offset ?? 0) + position
    return result
  }

  /// The next `count` bytes.
  ///
  /// - Throws: `bytes.truncated` when fewer are left.
  package mutating func take(_ count: Int) throws(LFError) -> ArraySlice<UInt8> {
    guard count >= 0, count <= remaining else {
      throw .refused(
        "bytes.truncated", at: here, expected: "\(count) more bytes", found: "\(remaining)")
    }
    let start = bytes.startIndex + position
    position += count
    return bytes[start..<start + count]
  }

  /// The next unsigned integer, little-endian.
  package mutating func integer<Value: FixedWidthInteger & UnsignedInteger>(
    _ type: Value.Type = Value.self
  ) throws(LFError) -> Value {
    var value: Value = 0
    for (index, byte) in try take(Value.bitWidth / 8).enumerated() {
      value |= Value(byte) << Value(8 * index)
    }
    return value
  }

  /// The next unsigned 64-bit integer, as an `Int`.
  ///
  /// - Throws: `bytes.range` when it is 2⁶³ or more.
  package mutating func count64() throws(LFError) -> Int {
    let place = here
    let value: UInt64 = try integer()
    guard let result = Int(exactly: value) else {
      throw .refused("bytes.range", at: place, expected: "a number below 2^63", found: "\(value)")
    }
    return result
  }
}

extension Array where Element == UInt8 {
  /// Appends an integer, little-endian.
  package mutating func append(littleEndian value: some FixedWidthInteger) {
    for shift in stride(from: 0, to: value.bitWidth, by: 8) {
      append(UInt8(truncatingIfNeeded: value >> shift))
    }
  }
}
