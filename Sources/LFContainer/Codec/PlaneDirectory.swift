import LFCore

/// How one byte plane of a chunk is stored: 8 bytes at the chunk's beginning.
struct PlaneEntry: Equatable {
  enum Method: UInt8 {
    /// The plane as it is.
    case raw = 0
    /// One zstd frame.
    case zstd = 1
    /// Nothing: all bytes are `value`.
    case constant = 2
  }

  var method: Method
  /// The byte of a constant plane; 0 for others.
  var value: UInt8
  var storedCount: Int
}

/// The plane directory, one entry a plane, least significant byte first.
enum PlaneDirectory {
  static let entryBytes = 8

  /// Writes an entry.
  static func store(_ entry: PlaneEntry, to place: UnsafeMutablePointer<UInt8>) {
    let count = UInt32(entry.storedCount)
    unsafe place[0] = entry.method.rawValue
    unsafe place[1] = entry.value
    unsafe place[2] = 0
    unsafe place[3] = 0
    for index in 0..<4 {
      unsafe place[4 + index] = UInt8(truncatingIfNeeded: count >> (8 * UInt32(index)))
    }
  }

  /// Reads the entries of a chunk of `elements` elements and checks them.
  ///
  /// - Parameter stored: the chunk's stored bytes, at least a directory long.
  /// - Throws: `lfz.chunk` when an entry is impossible or the planes do not fill
  ///   the chunk exactly.
  static func read(
    _ stored: UnsafeRawBufferPointer, width: Int, elements: Int
  ) throws(LFError) -> [PlaneEntry] {
    var entries: [PlaneEntry] = []
    var end = width * entryBytes
    for plane in 0..<width {
      let place = plane * entryBytes
      let number = unsafe stored[place]
      let value = unsafe stored[place + 1]
      var count = 0
      for index in 0..<4 { unsafe count |= Int(stored[place + 4 + index]) << (8 * index) }
      guard let method = PlaneEntry.Method(rawValue: number) else {
        throw damaged("plane method 0, 1 or 2", "\(number)", plane)
      }
      let fits =
        switch method {
        case .raw: count == elements
        case .zstd: count >= 1 && count < elements
        case .constant: count == 0
        }
      guard fits else {
        throw damaged("a length that fits \(elements.counted("element"))", "\(count)", plane)
      }
      guard method == .constant || value == 0, unsafe stored[place + 2] == 0,
        unsafe stored[place + 3] == 0
      else { throw damaged("zero in unused bytes", "others", plane) }
      entries.append(PlaneEntry(method: method, value: value, storedCount: count))
      end += count
    }
    guard end == stored.count else {
      throw .refused(
        "lfz.chunk", expected: "planes that fill \(stored.count.counted("byte"))", found: "\(end)")
    }
    return entries
  }

  private static func damaged(_ expected: String, _ found: String, _ plane: Int) -> LFError {
    .refused("lfz.chunk", expected: expected, found: "\(found) in plane \(plane)")
  }
}
