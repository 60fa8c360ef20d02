import LFCore

/// Byte pair encoding: symbols are merged pair by pair, by rank.
struct BPEModel: Sendable {
  var vocabulary: Vocabulary
  var merges: MergeTable
  var unknown: [UInt8]?
  var prefix: [UInt8]?
  var suffix: [UInt8]?
  var fusesUnknown = false
  var fallsBackToBytes = false
  var ignoresMerges = false
  /// The ids of the characters that stand for bytes, when pieces hold the bytes
  /// themselves; empty otherwise.
  private(set) var byteIDs: [UInt32] = []

  init(vocabulary: Vocabulary, merges: MergeTable) {
    self.vocabulary = vocabulary
    self.merges = merges
  }

  /// Whether pieces hold bytes, not the characters that stand for them.
  var readsBytes: Bool { !byteIDs.isEmpty }

  /// Makes the model read bytes, if every byte has a token: then neither the
  /// characters for them nor unknown ones can occur.
  mutating func readBytes() {
    guard prefix == nil, suffix == nil else { return }
    var ids: [UInt32] = []
    for byte in UInt8.min...UInt8.max {
      var token: [UInt8] = []
      UTF8Text.append(ByteCharacters.scalar(of: byte), to: &token)
      guard let id = vocabulary.id(of: token) else { return }
      ids.append(id)
    }
    byteIDs = ids
  }

  func tokenize(
    _ bytes: [UInt8], _ range: Range<Int>, _ scratch: inout TokenScratch
  ) throws(LFError) {
    if ignoresMerges, let id = wholeID(bytes, range) {
      scratch.tokens.append(ModelToken(id: id, lower: 0, upper: UInt32(range.count)))
      return
    }
    scratch.merging.removeAll()
    if readsBytes {
      for index in range { scratch.merging.append(byteIDs[Int(bytes[index])], length: 1) }
    } else {
      try appendCharacters(bytes, range, &scratch.merging)
    }
    scratch.merging.merge(by: merges)
    scratch.merging.write(to: &scratch.tokens)
  }

  private func wholeID(_ bytes: [UInt8], _ range: Range<Int>) -> UInt32? {
    guard readsBytes else { return vocabulary.id(of: bytes, in: range) }
    var token: [UInt8] = []
    token.reserveCapacity(range.count * 2)
    for index in range { UTF8Text.append(ByteCharacters.scalar(of: bytes[index]), to: &token) }
    return vocabulary.id(of: token)
  }

  /// The first symbols of a piece: its characters, as tokens.
  private func appendCharacters(
    _ bytes: [UInt8], _ range: Range<Int>, _ merging: inout MergeScratch
  ) throws(LFError) {
    var index = range.lowerBound
    // Bytes of unknown characters that are not written yet.
    var unknownLength: UInt32 = 0
    var unknownID: UInt32?
    while index < range.upperBound {
      let length = UTF8Text.length(of: bytes[index])
      let character = index..<index + length
      let isLast = character.upperBound == range.upperBound
      var symbol = character
      var source = bytes
      if let changed = affixed(bytes, character, isFirst: index == range.lowerBound, isLast) {
        source = changed
        symbol = changed.indices
      }
      index = character.upperBound
      if let id = vocabulary.id(of: source, in: symbol) {
        if let unknown = unknownID {
          merging.append(unknown, length: unknownLength)
          unknownID = nil
        }
        merging.append(id, length: UInt32(length))
        continue
      }
      if fallsBackToBytes, let ids = byteTokens(source, symbol) {
        for id in ids { merging.append(id, length: 1) }
        continue
      }
      guard let unknown else { continue }
      guard let id = vocabulary.id(of: unknown) else { throw Self.missing(unknown) }
      if let pending = unknownID, fusesUnknown {
        unknownID = pending
        unknownLength += UInt32(length)
      } else {
        if let pending = unknownID { merging.append(pending, length: unknownLength) }
        unknownID = id
        unknownLength = UInt32(length)
      }
    }
    if let unknown = unknownID { merging.append(unknown, length: unknownLength) }
  }

  private func affixed(
    _ bytes: [UInt8], _ character: Range<Int>, isFirst: Bool, _ isLast: Bool
  ) -> [UInt8]? {
    let front = isFirst ? nil : prefix
    let back = isLast ? suffix : nil
    guard front != nil || back != nil else { return nil }
    return (front ?? []) + bytes[character] + (back ?? [])
  }

  private func byteTokens(_ bytes: [UInt8], _ range: Range<Int>) -> [UInt32]? {
    var ids: [UInt32] = []
    for index in range {
      guard let id = vocabulary.id(of: ByteFallback.token(bytes[index])) else { return nil }
      ids.append(id)
    }
    return ids
  }

  static func missing(_ token: [UInt8]) -> LFError {
    .refused(
      "tokenizer.unknown-token", expected: "the unknown token in the vocabulary",
      found: "none \"\(printable(String(decoding: token, as: UTF8.self), limit: 60))\"")
  }
}

/// The tokens that stand for bytes in vocabularies with byte fallback.
enum ByteFallback {
  private static let digits = Array("0123456789ABCDEF".utf8)

  /// `<0x0A>` for a line feed.
  static func token(_ byte: UInt8) -> [UInt8] {
    [0x3C, 0x30, 0x78, digits[Int(byte >> 4)], digits[Int(byte & 15)], 0x3E]
  }
}

/// Which pairs merge, in which order, and into what.
struct MergeTable: Sendable {
  /// The pair of ids of each slot; the result in the others tells free ones.
  private var keys: [UInt64]
  /// Rank in the upper half, the merged token's id in the lower.
  private var values: [UInt64]
  private(set) var count = 0
  private static let free = UInt64.max

  init(expected: Int) {
    var size = 64
    while size < expected * 2, size < 1 << 40 { size *= 2 }
    keys = [UInt64](repeating: 0, count: size)
    values = [UInt64](repeating: Self.free, count: size)
  }

  /// Adds a pair; of equal ones the last stays.
  mutating func insert(_ left: UInt32, _ right: UInt32, rank: UInt32, into id: UInt32) {
    if (count + 1) * 2 > keys.count { grow() }
    let key = UInt64(left) << 32 | UInt64(right)
    let slot = slot(of: key)
    if values[slot] == Self.free { count += 1 }
    keys[slot] = key
    values[slot] = UInt64(rank) << 32 | UInt64(id)
  }

  /// The rank and the result of a pair, `UInt64.max` when it does not merge.
  @inline(__always)
  func value(_ left: UInt32, _ right: UInt32) -> UInt64 {
    values[slot(of: UInt64(left) << 32 | UInt64(right))]
  }

  @inline(__always)
  private func slot(of key: UInt64) -> Int {
    let mask = keys.count - 1
    var slot = Int(truncatingIfNeeded: ByteHash.of(key)) & mask
    while values[slot] != Self.free, keys[slot] != key { slot = (slot + 1) & mask }
    return slot
  }

  private mutating func grow() {
    let old = (keys, values)
    keys = [UInt64](repeating: 0, count: old.0.count * 2)
    values = [UInt64](repeating: Self.free, count: keys.count)
    for index in old.0.indices where old.1[index] != Self.free {
      let slot = slot(of: old.0[index])
      keys[slot] = old.0[index]
      values[slot] = old.1[index]
    }
  }
}
