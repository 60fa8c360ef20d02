import LFCore

/// Tokens and their ids, found by their bytes.
///
/// An open hash table over one array of bytes: 250,000 tokens are read in a few
/// milliseconds, and looked up without making strings.
struct Vocabulary: Sendable {
  /// The bytes of all tokens.
  private(set) var bytes: [UInt8] = []
  /// Where each token ends in them.
  private var ends: [UInt32] = []
  private var ids: [UInt32] = []
  /// For each hash the token's position plus one; 0 where there is none.
  private var table: [UInt32] = []
  /// For each id the token's position plus one.
  private var positions: [UInt32: UInt32] = [:]
  private var dense: [UInt32] = []

  /// Number of tokens.
  var count: Int { ends.count }
  /// The largest id, plus one.
  private(set) var idBound = 0

  init() { table = [UInt32](repeating: 0, count: 64) }

  /// The bytes of the token at a position.
  func range(at position: Int) -> Range<Int> {
    (position == 0 ? 0 : Int(ends[position - 1]))..<Int(ends[position])
  }

  /// The id of the token at a position.
  func id(at position: Int) -> UInt32 { ids[position] }

  /// Adds a token whose bytes `write` appends.
  ///
  /// - Returns: false when it is there already; then nothing changes.
  mutating func insert(
    id: UInt32, _ write: (inout [UInt8]) throws(LFError) -> Void
  ) throws(LFError) -> Bool {
    let start = bytes.count
    try write(&bytes)
    return insertLast(from: start, id: id)
  }

  /// Adds a token; false when it is there already.
  mutating func insert(_ token: [UInt8], id: UInt32) -> Bool {
    let start = bytes.count
    bytes += token
    return insertLast(from: start, id: id)
  }

  /// Appends the bytes of a token whose id comes behind them.
  mutating func appendBytes(
    _ write: (inout [UInt8]) throws(LFError) -> Void
  ) throws(LFError) -> Int {
    let start = bytes.count
    try write(&bytes)
    return start
  }

  /// Makes the bytes from an offset on a token.
  mutating func insertLast(from start: Int, id: UInt32) -> Bool {
    if (count + 1) * 2 > table.count { grow() }
    let slot = slot(of: bytes, start..<bytes.count)
    guard table[slot] == 0 else {
      bytes.removeLast(bytes.count - start)
      return false
    }
    ends.append(UInt32(truncatingIfNeeded: bytes.count))
    ids.append(id)
    table[slot] = UInt32(truncatingIfNeeded: count)
    idBound = max(idBound, Int(id) + 1)
    return true
  }

  /// Gives a token that is there another id.
  mutating func replaceID(of token: [UInt8], by id: UInt32) {
    let entry = table[slot(of: token, token.indices)]
    guard entry != 0 else { return }
    ids[Int(entry) - 1] = id
    idBound = max(idBound, Int(id) + 1)
  }

  /// Prepares the way from ids to tokens, when all tokens are there.
  mutating func finish() {
    if idBound <= 2 * count + 1024 {
      dense = [UInt32](repeating: 0, count: idBound)
      for position in 0..<count { dense[Int(ids[position])] = UInt32(position + 1) }
    } else {
      for position in 0..<count { positions[ids[position]] = UInt32(position + 1) }
    }
  }

  /// The id of a token.
  func id(of token: [UInt8], in range: Range<Int>) -> UInt32? {
    let entry = table[slot(of: token, range)]
    return entry == 0 ? nil : ids[Int(entry) - 1]
  }

  /// The id of a token.
  func id(of token: [UInt8]) -> UInt32? { id(of: token, in: token.indices) }

  /// The id of a token.
  func id(of token: String) -> UInt32? { id(of: Array(token.utf8)) }

  /// The token with an id.
  func token(_ id: UInt32) -> String? {
    let entry = dense.isEmpty ? positions[id] ?? 0 : Int(id) < dense.count ? dense[Int(id)] : 0
    guard entry != 0 else { return nil }
    return String(decoding: bytes[range(at: Int(entry) - 1)], as: UTF8.self)
  }

  private func slot(of token: [UInt8], _ range: Range<Int>) -> Int {
    let mask = table.count - 1
    var slot = Int(truncatingIfNeeded: ByteHash.of(token, range)) & mask
    while table[slot] != 0 {
      let known = self.range(at: Int(table[slot]) - 1)
      if ByteHash.equal(bytes, known, token, range) { break }
      slot = (slot + 1) & mask
    }
    return slot
  }

  private mutating func grow() {
    let size = table.count * 4
    table = [UInt32](repeating: 0, count: size)
    for position in 0..<count {
      var slot = Int(truncatingIfNeeded: ByteHash.of(bytes, range(at: position))) & (size - 1)
      while table[slot] != 0 { slot = (slot + 1) & (size - 1) }
      table[slot] = UInt32(position + 1)
    }
  }
}

/// Hashes of bytes for tables inside of one process.
enum ByteHash {
  /// A number of this process, so that no file can be made to collide on purpose.
  private static let seed = UInt64.random(in: 1 ... .max)

  @inline(__always)
  static func of(_ bytes: [UInt8], _ range: Range<Int>) -> UInt64 {
    var hash = seed ^ UInt64(truncatingIfNeeded: range.count)
    for index in range {
      hash = (hash ^ UInt64(bytes[index])) &* 0x9E37_79B9_7F4A_7C15
      hash ^= hash >> 32
    }
    return hash
  }

  @inline(__always)
  static func of(_ number: UInt64) -> UInt64 {
    var hash = (number ^ seed) &* 0x9E37_79B9_7F4A_7C15
    hash ^= hash >> 32
    return hash &* 0x9E37_79B9_7F4A_7C15 ^ hash >> 29
  }

  @inline(__always)
  static func equal(
    _ left: [UInt8], _ first: Range<Int>, _ right: [UInt8], _ second: Range<Int>
  ) -> Bool {
    guard first.count == second.count else { return false }
    var place = first.lowerBound
    for index in second {
      if left[place] != right[index] { return false }
      place += 1
    }
    return true
  }
}
