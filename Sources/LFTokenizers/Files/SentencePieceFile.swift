import LFCore

/// A SentencePiece model: the fields of its protobuf that make a tokenizer.
///
/// A reader of its own, since of hundreds of fields six matter, and the
/// library for protobuf would need all of them compiled to C. Lengths are
/// checked against what is left; unknown fields are passed over, as protobuf
/// wants it.
struct SentencePieceFile {
  /// A token.
  struct Piece {
    var text: [UInt8] = []
    var score: Float = 0
    /// 1 ordinary, 2 unknown, 3 control, 4 user-defined, 5 unused, 6 a byte.
    var kind = 1
  }

  private(set) var pieces: [Piece] = []
  /// 1 unigram, 2 byte pair encoding, 3 words, 4 characters.
  private(set) var modelKind = 1
  private(set) var characterMap: [UInt8] = []

  /// - Throws: `tokenizer.sentencepiece` with the offset of what is malformed.
  init(_ bytes: [UInt8]) throws(LFError) {
    var reader = Reader(bytes[...])
    while let field = try reader.next() {
      switch field.number {
      case 1:
        var piece = Piece()
        var inner = Reader(try field.bytes())
        while let part = try inner.next() {
          switch part.number {
          case 1: piece.text = Array(try part.bytes())
          case 2: piece.score = Float(bitPattern: try part.fixed32())
          case 3: piece.kind = Int(truncatingIfNeeded: try part.varint())
          default: break
          }
        }
        guard UTF8Text.firstInvalid(piece.text, in: piece.text.indices) == nil,
          piece.score.isFinite
        else {
          throw Reader.malformed(
            field.offset, "a piece in UTF-8 with a finite score", "another one")
        }
        pieces.append(piece)
      case 2:
        var inner = Reader(try field.bytes())
        while let part = try inner.next() {
          if part.number == 3 { modelKind = Int(truncatingIfNeeded: try part.varint()) }
        }
      case 3:
        var inner = Reader(try field.bytes())
        while let part = try inner.next() {
          if part.number == 2 { characterMap = Array(try part.bytes()) }
        }
      default: break
      }
    }
    guard !pieces.isEmpty else {
      throw Reader.malformed(0, "a SentencePiece model with pieces", "none")
    }
  }

  /// A value with its number.
  private struct Field {
    enum Value {
      case varint(UInt64)
      case fixed32(UInt32)
      case fixed64
      case bytes(ArraySlice<UInt8>)
    }

    let number: Int
    let offset: Int
    let value: Value

    func bytes() throws(LFError) -> ArraySlice<UInt8> {
      if case .bytes(let bytes) = value { return bytes }
      throw Reader.malformed(offset, "bytes in field \(number)", "a number")
    }

    func varint() throws(LFError) -> UInt64 {
      if case .varint(let number) = value { return number }
      throw Reader.malformed(offset, "a number in field \(number)", "something else")
    }

    func fixed32() throws(LFError) -> UInt32 {
      if case .fixed32(let number) = value { return number }
      throw Reader.malformed(offset, "a float in field \(number)", "something else")
    }
  }

  /// Goes through the fields of a message.
  private struct Reader {
    private let bytes: ArraySlice<UInt8>
    private var index: Int

    init(_ bytes: ArraySlice<UInt8>) {
      self.bytes = bytes
      index = bytes.startIndex
    }

    static func malformed(_ offset: Int, _ expected: String, _ found: String) -> LFError {
      .refused(
        "tokenizer.sentencepiece", at: .init(offset: offset), expected: expected, found: found)
    }

    mutating func next() throws(LFError) -> Field? {
      guard index < bytes.endIndex else { return nil }
      let start = index
      let key = try varint()
      guard key >> 3 > 0, key >> 3 < 1 << 29 else {
        throw Self.malformed(start, "a field's number", "\(key >> 3)")
      }
      let value: Field.Value
      switch key & 7 {
      case 0: value = .varint(try varint())
      case 1:
        _ = try take(8)
        value = .fixed64
      case 2:
        let length = try varint()
        guard length <= UInt64(bytes.endIndex - index) else {
          throw Self.malformed(
            start, "\(length) bytes", "\(bytes.endIndex - index) to the end")
        }
        value = .bytes(try take(Int(length)))
      case 5:
        let four = try take(4)
        value = .fixed32(four.reversed().reduce(0) { $0 << 8 | UInt32($1) })
      default: throw Self.malformed(start, "a kind of field from 0 to 2 or 5", "\(key & 7)")
      }
      return Field(number: Int(key >> 3), offset: start, value: value)
    }

    private mutating func take(_ count: Int) throws(LFError) -> ArraySlice<UInt8> {
      guard count <= bytes.endIndex - index else {
        throw Self.malformed(index, "\(count) bytes", "\(bytes.endIndex - index) to the end")
      }
      defer { index += count }
      return bytes[index..<index + count]
    }

    private mutating func varint() throws(LFError) -> UInt64 {
      let start = index
      var value: UInt64 = 0
      var shift: UInt64 = 0
      while index < bytes.endIndex, shift < 64 {
        let byte = bytes[index]
        index += 1
        value |= UInt64(byte & 0x7F) << shift
        if byte < 0x80 { return value }
        shift += 7
      }
      throw Self.malformed(start, "a number of at most ten bytes", "a longer one")
    }
  }
}
