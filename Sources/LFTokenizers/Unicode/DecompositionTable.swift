/// Decompositions of characters, in full.
///
/// The Swift standard library has no compatibility forms, and gives canonical
/// ones of whole strings only; the tables come from `Golden/tools/tokenizer_unicode.py`,
/// which takes them from the pinned Python library.
struct DecompositionTable: Sendable {
  /// The parts of all characters, one after the other.
  private(set) var scalars: [UInt32] = []
  /// For each block of 256 characters where its entries begin; −1 for none.
  private var blocks = [Int32](repeating: -1, count: 0x1100)
  /// Where the parts of each character begin, shifted left by 8, and how many
  /// there are; 0 for none.
  private var entries: [UInt32] = []

  /// What NFD takes apart.
  static let canonical = DecompositionTable([CanonicalDecompositions.text])
  /// What NFKD takes apart.
  static let compatibility = DecompositionTable([
    CanonicalDecompositions.text, CompatibilityDecompositions.first,
    CompatibilityDecompositions.second,
  ])

  /// Where the parts of a character are in `scalars`; nil when it stays.
  @inline(__always)
  func parts(of scalar: UInt32) -> Range<Int>? {
    let block = blocks[Int(scalar >> 8)]
    guard block >= 0 else { return nil }
    let entry = entries[Int(block) + Int(scalar & 0xFF)]
    guard entry != 0 else { return nil }
    let start = Int(entry >> 8)
    return start..<start + Int(entry & 0xFF)
  }

  /// The character that two compose to.
  static func composed(_ first: UInt32, _ second: UInt32) -> UInt32? {
    // No pair has a second part below U+0300.
    guard second >= 0x300 else { return nil }
    return Hangul.composed(first, second) ?? pairs[UInt64(first) << 32 | UInt64(second)]
  }

  private static let pairs: [UInt64: UInt32] = {
    var result: [UInt64: UInt32] = [:]
    var row: [UInt32] = []
    forEachRow(Compositions.text) { numbers in
      if numbers.count == 3 {
        result[UInt64(numbers[1]) << 32 | UInt64(numbers[2])] = numbers[0]
      }
    }
    return result
  }()

  /// Reads rows of hexadecimal numbers: a character and its parts. A later row
  /// goes before an earlier one.
  private init(_ texts: [String]) {
    for text in texts {
      DecompositionTable.forEachRow(text) { numbers in
        guard let key = numbers.first, key < 0x110000, numbers.count > 1, numbers.count < 256
        else { return }
        if blocks[Int(key >> 8)] < 0 {
          blocks[Int(key >> 8)] = Int32(entries.count)
          entries += [UInt32](repeating: 0, count: 256)
        }
        entries[Int(blocks[Int(key >> 8)]) + Int(key & 0xFF)] =
          UInt32(scalars.count) << 8 | UInt32(numbers.count - 1)
        scalars += numbers.dropFirst()
      }
    }
  }

  /// Rows end with a semicolon or a line feed. The first number is the distance
  /// to the row before.
  private static func forEachRow(_ text: String, _ body: ([UInt32]) -> Void) {
    var row: [UInt32] = []
    var number: UInt32 = 0
    var key: UInt32 = 0
    func finish() {
      row.append(number)
      number = 0
    }
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): number = number << 4 | UInt32(byte - 0x30)
      case UInt8(ascii: "A")...UInt8(ascii: "F"): number = number << 4 | UInt32(byte - 0x37)
      case UInt8(ascii: " "): finish()
      case UInt8(ascii: ";"):
        finish()
        key &+= row[0]
        row[0] = key
        body(row)
        row.removeAll(keepingCapacity: true)
      default: break
      }
    }
  }
}
