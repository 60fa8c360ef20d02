import LFCore

/// SentencePiece's table of replacements, `precompiled_charsmap`.
///
/// The file holds a double array, a tree in which each character of a key is
/// one step, and behind it the replacements, each ended by a zero byte.
struct CharacterMap: Sendable {
  private let units: [UInt32]
  private let replacements: [UInt8]
  /// The replacement of each ASCII character, if it has one.
  private var ascii: [Range<Int>?] = []

  /// Reads the table.
  ///
  /// - Throws: `tokenizer.charsmap` when it is malformed.
  init(_ bytes: [UInt8]) throws(LFError) {
    var cursor = ByteCursor(bytes[...])
    do throws(LFError) {
      let size = Int(try cursor.integer(UInt32.self))
      let tree = try cursor.take(size / 4 * 4)
      var units: [UInt32] = []
      units.reserveCapacity(tree.count / 4)
      var index = tree.startIndex
      while index < tree.endIndex {
        units.append(
          UInt32(tree[index]) | UInt32(tree[index + 1]) << 8 | UInt32(tree[index + 2]) << 16
            | UInt32(tree[index + 3]) << 24)
        index += 4
      }
      self.units = units
      replacements = Array(try cursor.take(cursor.remaining))
    } catch {
      throw .refused(
        "tokenizer.charsmap", expected: "a precompiled character map", found: error.message)
    }
    guard !units.isEmpty, UTF8Text.firstInvalid(replacements, in: replacements.indices) == nil
    else {
      throw .refused(
        "tokenizer.charsmap", expected: "a precompiled character map",
        found: units.isEmpty ? "no tree" : "replacements that are not UTF-8")
    }
    ascii = (UInt8(0)..<128).map { replacement(of: [$0], in: 0..<1) }
  }

  /// Replaces in a text what the table has.
  func apply(to text: inout AlignedText, origin: UInt32) {
    if isUnchanged(text) { return }
    var writer = Writer(output: Rewriting(text, origin: origin))
    Graphemes.forEach(text) { grapheme in
      if grapheme.count < 6, let new = found(text.bytes, grapheme) {
        writer.replace(text.bytes, grapheme, by: replacements, new)
        return
      }
      var index = grapheme.lowerBound
      while index < grapheme.upperBound {
        let (scalar, length) = text.scalar(at: index)
        if let new = found(text.bytes, index..<index + length) {
          writer.replace(text.bytes, index..<index + length, by: replacements, new)
        } else {
          writer.put(scalar, 0)
        }
        index += length
      }
    }
    writer.finish()
    if writer.isChanged { text = writer.output.result }
  }

  /// Whether the text is ASCII that the table leaves alone.
  private func isUnchanged(_ text: AlignedText) -> Bool {
    for byte in text.bytes where byte >= 0x80 || byte == 0x0D || ascii[Int(byte)] != nil {
      return false
    }
    return true
  }

  @inline(__always)
  private func found(_ bytes: [UInt8], _ range: Range<Int>) -> Range<Int>? {
    let first = bytes[range.lowerBound]
    // The first entry decides, even when the key goes on.
    if first < 0x80 {
      if let new = ascii[Int(first)] { return new }
      if range.count == 1 { return nil }
    }
    return replacement(of: bytes, in: range)
  }

  /// The replacement for the shortest beginning that has one.
  private func replacement(of bytes: [UInt8], in range: Range<Int>) -> Range<Int>? {
    var place = Self.offset(units[0])
    for index in range {
      let byte = bytes[index]
      if byte == 0 { return nil }
      place ^= Int(byte)
      guard place < units.count else { return nil }
      let unit = units[place]
      guard unit & (1 << 31 | 0xFF) == UInt32(byte) else { return nil }
      place ^= Self.offset(unit)
      if unit >> 8 & 1 == 1 {
        guard place < units.count else { return nil }
        return text(at: Int(units[place] & (1 << 31 - 1)))
      }
    }
    return nil
  }

  private func text(at start: Int) -> Range<Int>? {
    guard start <= replacements.count else { return nil }
    var end = start
    while end < replacements.count, replacements[end] != 0 { end += 1 }
    guard start == end || replacements[start] & 0xC0 != 0x80 else { return nil }
    return start..<end
  }

  private static func offset(_ unit: UInt32) -> Int {
    Int(unit >> 10) << Int((unit & (1 << 9)) >> 6)
  }

  /// Writes replacements; what is removed counts with the character before it.
  private struct Writer {
    var output: Rewriting
    var isChanged = false
    private var last: (scalar: UInt32, change: Int)?

    init(output: Rewriting) { self.output = output }

    mutating func put(_ scalar: UInt32, _ change: Int) {
      if let last { output.put(last.scalar, last.change) }
      last = (scalar, change)
    }

    mutating func replace(
      _ old: [UInt8], _ range: Range<Int>, by new: [UInt8], _ place: Range<Int>
    ) {
      isChanged = true
      let more = Self.count(new, place) - Self.count(old, range)
      let kept = Self.count(new, place) - max(0, more)
      var index = place.lowerBound
      var written = 0
      while index < place.upperBound {
        let (scalar, length) = UTF8Text.scalar(new, at: index)
        put(scalar, written < kept ? 0 : 1)
        written += 1
        index += length
      }
      if more < 0 { last?.change += more }
    }

    mutating func finish() {
      if let last { output.put(last.scalar, last.change) }
      last = nil
    }

    private static func count(_ bytes: [UInt8], _ range: Range<Int>) -> Int {
      var result = 0
      for index in range where bytes[index] & 0xC0 != 0x80 { result += 1 }
      return result
    }
  }
}
