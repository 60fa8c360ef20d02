/// A part of a text that is made into tokens by itself.
struct Piece: Sendable {
  /// Its bytes in the text.
  var range: Range<Int>
  /// Where in the input it begins.
  var origin: UInt32
  /// The added token that it is, if it is one.
  var token: UInt32?
}

/// A text cut into pieces.
struct Pieces: Sendable {
  var text = AlignedText()
  var list: [Piece] = []

  /// Appends a piece, unless it is empty.
  mutating func append(_ range: Range<Int>) {
    guard !range.isEmpty else { return }
    list.append(Piece(range: range, origin: text.starts[range.lowerBound], token: nil))
  }

  /// Cuts every piece that is no added token.
  ///
  /// - Parameter body: gives the parts of a piece to the closure, in order.
  mutating func split(
    _ body: (_ text: AlignedText, _ range: Range<Int>, _ add: (Range<Int>) -> Void) -> Void
  ) {
    var result: [Piece] = []
    result.reserveCapacity(max(list.count, text.count / 4))
    for piece in list {
      guard piece.token == nil else {
        result.append(piece)
        continue
      }
      body(text, piece.range) { range in
        guard !range.isEmpty else { return }
        result.append(Piece(range: range, origin: text.starts[range.lowerBound], token: nil))
      }
    }
    list = result
  }

  /// Writes the text of every piece again, added tokens as they are.
  mutating func rewrite(
    _ body: (_ old: AlignedText, _ piece: Piece, _ result: inout AlignedText) -> Void
  ) {
    var result = AlignedText()
    result.reserve(text.count + text.count / 4 + 16)
    for index in list.indices {
      let start = result.count
      if list[index].token == nil {
        body(text, list[index], &result)
      } else {
        result.append(text, in: list[index].range)
      }
      list[index].range = start..<result.count
    }
    text = result
    list.removeAll { $0.token == nil && $0.range.isEmpty }
  }
}
