import LFCore

/// Text on its way to tokens, and which character of the input each byte is for.
///
/// Normalisation changes lengths; offsets are told in the input. Every byte
/// carries the range of the input that it stands for, so that a token's offsets
/// are the beginning of its first byte's range and the end of its last one's.
struct AlignedText: Sendable {
  /// UTF-8, always valid.
  private(set) var bytes: [UInt8] = []
  /// Where in the input the range of each byte begins.
  private(set) var starts: [UInt32] = []
  /// Where it ends.
  private(set) var ends: [UInt32] = []

  var count: Int { bytes.count }
  var isEmpty: Bool { bytes.isEmpty }

  init() {}

  /// A part of the input as it is.
  init(_ text: [UInt8], in range: Range<Int>) {
    reserve(range.count)
    append(text, in: range)
  }

  mutating func reserve(_ count: Int) {
    bytes.reserveCapacity(count)
    starts.reserveCapacity(count)
    ends.reserveCapacity(count)
  }

  /// Appends a part of the input as it is.
  mutating func append(_ text: [UInt8], in range: Range<Int>) {
    bytes.append(contentsOf: text[range])
    var index = range.lowerBound
    while index < range.upperBound {
      let length = UTF8Text.length(of: text[index])
      let start = UInt32(truncatingIfNeeded: index)
      for _ in 0..<length {
        starts.append(start)
        ends.append(start &+ UInt32(truncatingIfNeeded: length))
      }
      index += length
    }
  }

  /// Appends a part of another text.
  mutating func append(_ other: AlignedText, in range: Range<Int>) {
    bytes.append(contentsOf: other.bytes[range])
    starts.append(contentsOf: other.starts[range])
    ends.append(contentsOf: other.ends[range])
  }

  /// Appends a scalar that stands for a range of the input.
  @inline(__always)
  mutating func append(_ scalar: UInt32, start: UInt32, end: UInt32) {
    if scalar < 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: scalar))
      starts.append(start)
      ends.append(end)
    } else {
      let before = bytes.count
      UTF8Text.append(scalar, to: &bytes)
      for _ in before..<bytes.count {
        starts.append(start)
        ends.append(end)
      }
    }
  }

  /// Replaces every byte by another; only for text that stays valid by it.
  mutating func mapBytes(_ body: (UInt8) -> UInt8) {
    for index in bytes.indices { bytes[index] = body(bytes[index]) }
  }

  @inline(__always)
  func scalar(at index: Int) -> (value: UInt32, length: Int) {
    UTF8Text.scalar(bytes, at: index)
  }

  /// Whether every byte is below a bound.
  func allBytes(in range: Range<Int>, below bound: UInt8) -> Bool {
    for index in range where bytes[index] >= bound { return false }
    return true
  }

  /// Whether a part begins with these bytes.
  func starts(with prefix: [UInt8], at index: Int, before end: Int) -> Bool {
    guard prefix.count <= end - index else { return false }
    for place in prefix.indices where bytes[index + place] != prefix[place] { return false }
    return true
  }

  /// Only the scalars that are to be kept, each with its own range.
  mutating func filter(_ keeps: (UInt32) -> Bool) {
    rewrite { scalar, start, end, result in
      if keeps(scalar) { result.append(scalar, start: start, end: end) }
    }
  }

  /// Puts something in the place of each scalar, for the same range.
  mutating func rewrite(
    _ body: (_ scalar: UInt32, _ start: UInt32, _ end: UInt32, _ result: inout AlignedText) -> Void
  ) {
    var result = AlignedText()
    result.reserve(count)
    var index = 0
    while index < bytes.count {
      let (value, length) = scalar(at: index)
      body(value, starts[index], ends[index], &result)
      index += length
    }
    self = result
  }

  /// Puts text in front of a part's first scalar, for the range of that.
  mutating func appendPrefixed(_ prefix: [UInt8], _ other: AlignedText, in range: Range<Int>) {
    if let first = range.first {
      for byte in prefix {
        bytes.append(byte)
        starts.append(other.starts[first])
        ends.append(other.ends[first])
      }
    }
    append(other, in: range)
  }
}

/// A text that is written again where what is put in one place may stand for
/// other places of the old one, as in Hugging Face's `NormalizedString`.
///
/// Each new scalar either replaces the next one of the old text, or is added
/// behind it, or replaces it together with some that follow.
struct Rewriting {
  private let old: AlignedText
  private let origin: UInt32
  private var offset = 0
  private(set) var result = AlignedText()

  /// - Parameter origin: where in the input the text begins.
  init(_ old: AlignedText, origin: UInt32) {
    self.old = old
    self.origin = origin
    result.reserve(old.count)
  }

  /// Writes a scalar.
  ///
  /// - Parameter change: 0 when it replaces one, 1 when it is added, −n when it
  ///   replaces one and n that follow.
  mutating func put(_ scalar: UInt32, _ change: Int) {
    guard change <= 0 else {
      if offset < 1 {
        result.append(scalar, start: origin, end: origin)
      } else {
        let place = min(offset, old.count) - 1
        result.append(scalar, start: old.starts[place], end: old.ends[place])
      }
      return
    }
    let place = min(offset, old.count - 1)
    result.append(scalar, start: old.starts[place], end: old.ends[place])
    for _ in 0...(-change) where offset < old.count {
      offset += UTF8Text.length(of: old.bytes[offset])
    }
  }
}

extension AlignedText {
  /// Appends a byte of a text that is valid as a whole.
  @inline(__always)
  mutating func appendByte(_ byte: UInt8, start: UInt32, end: UInt32) {
    bytes.append(byte)
    starts.append(start)
    ends.append(end)
  }

  /// Puts the character that stands for it into the place of each byte.
  mutating func mapToByteCharacters() {
    var result = AlignedText()
    result.reserve(count + count / 4)
    for index in bytes.indices {
      result.append(
        ByteCharacters.scalar(of: bytes[index]), start: starts[index], end: ends[index])
    }
    self = result
  }
}

/// The characters that stand for bytes in byte-level vocabularies.
enum ByteCharacters {
  /// Bytes that are printable in Latin-1 stand for themselves, the others for
  /// the characters from U+0100 on.
  private static let scalars: [UInt32] = {
    var next: UInt32 = 0x100
    return (UInt32(0)..<256).map { byte in
      switch byte {
      case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF: return byte
      default:
        next += 1
        return next - 1
      }
    }
  }()

  static func scalar(of byte: UInt8) -> UInt32 { scalars[Int(byte)] }
}
