import LFCore

/// A token beside the model's vocabulary, found in the text before anything else.
struct AddedToken: Sendable {
  var content: [UInt8]
  var id: UInt32
  /// Only between characters that belong to no word.
  var isSingleWord = false
  /// Takes the spaces in front of it.
  var stripsLeft = false
  /// Takes the spaces behind it.
  var stripsRight = false
  /// Is looked for in the normalized text, normalized itself.
  var isNormalized = false
  var isSpecial = false
}

/// The added tokens of a tokenizer.
struct AddedTokens: Sendable {
  let tokens: [AddedToken]
  private let plain: Matcher
  private let normalized: Matcher

  init(_ tokens: [AddedToken], normalizer: Normalizer?) throws(LFError) {
    self.tokens = tokens
    var plain = Matcher()
    var normalized = Matcher()
    for (index, token) in tokens.enumerated() {
      guard token.isNormalized else {
        try plain.insert(token.content, index)
        continue
      }
      var text = AlignedText(token.content, in: token.content.indices)
      try normalizer?.apply(to: &text, origin: 0)
      if !text.isEmpty { try normalized.insert(text.bytes, index) }
    }
    self.plain = plain
    self.normalized = normalized
  }

  /// Takes the added tokens out of a text and normalizes what is between them.
  func pieces(of text: [UInt8], normalizer: Normalizer?) throws(LFError) -> Pieces {
    var result = Pieces()
    result.text.reserve(text.count + 16)
    for (range, token) in plain.parts(of: text, in: text.indices, tokens) {
      if let token {
        let start = result.text.count
        result.text.append(text, in: range)
        result.list.append(
          Piece(
            range: start..<result.text.count, origin: UInt32(range.lowerBound),
            token: tokens[token].id))
        continue
      }
      var part = AlignedText(text, in: range)
      try normalizer?.apply(to: &part, origin: UInt32(range.lowerBound))
      for (inner, token) in normalized.parts(of: part.bytes, in: 0..<part.count, tokens)
      where !inner.isEmpty {
        let start = result.text.count
        result.text.append(part, in: inner)
        result.list.append(
          Piece(
            range: start..<result.text.count, origin: part.starts[inner.lowerBound],
            token: token.map { tokens[$0].id }))
      }
    }
    return result
  }
}

extension AddedTokens {
  /// Finds the leftmost tokens, and of those that begin at a place the longest.
  struct Matcher: Sendable {
    private var trie = TokenTrie()
    private var firstBytes = [Bool](repeating: false, count: 256)
    private var isEmpty = true

    mutating func insert(_ content: [UInt8], _ index: Int) throws(LFError) {
      guard let first = content.first else { return }
      guard trie.insert(content, in: content.indices, id: UInt32(index)) else {
        throw TokenTrie.full
      }
      firstBytes[Int(first)] = true
      isEmpty = false
    }

    /// Cuts a text into tokens, by their index, and what is between them.
    func parts(
      of text: [UInt8], in range: Range<Int>, _ tokens: [AddedToken]
    ) -> [(range: Range<Int>, token: Int?)] {
      guard !isEmpty else { return [(range, nil)] }
      var result: [(range: Range<Int>, token: Int?)] = []
      var end = range.lowerBound
      var index = end
      while index < range.upperBound {
        guard firstBytes[Int(text[index])], let (token, length) = longest(text, index, range)
        else {
          index += 1
          continue
        }
        var match = index..<index + length
        index += length
        let added = tokens[token]
        if added.isSingleWord, Self.touchesWord(text, match, range) { continue }
        if added.stripsLeft {
          let left = Self.spacesBefore(text, match.lowerBound, from: range.lowerBound)
          match = min(max(left, end), match.upperBound)..<match.upperBound
        }
        if added.stripsRight {
          match = match.lowerBound..<Self.spacesAfter(text, match.upperBound, range.upperBound)
        }
        if end < match.lowerBound { result.append((end..<match.lowerBound, nil)) }
        result.append((match, token))
        end = match.upperBound
      }
      if end < range.upperBound { result.append((end..<range.upperBound, nil)) }
      return result
    }

    private func longest(
      _ text: [UInt8], _ start: Int, _ range: Range<Int>
    ) -> (token: Int, length: Int)? {
      var node = TokenTrie.root
      var result: (Int, Int)?
      var index = start
      while index < range.upperBound, let next = trie.child(of: node, text[index]) {
        node = next
        index += 1
        if let id = trie.id(at: node) { result = (Int(id), index - start) }
      }
      return result
    }

    private static func touchesWord(
      _ text: [UInt8], _ match: Range<Int>, _ range: Range<Int>
    ) -> Bool {
      if match.upperBound < range.upperBound,
        ScalarClass.isWord(UTF8Text.scalar(text, at: match.upperBound).value)
      {
        return true
      }
      guard let before = scalar(text, before: match.lowerBound, from: range.lowerBound) else {
        return false
      }
      return ScalarClass.isWord(before.value)
    }

    private static func scalar(
      _ text: [UInt8], before index: Int, from start: Int
    ) -> (value: UInt32, index: Int)? {
      guard index > start else { return nil }
      var first = index - 1
      while first > start, text[first] & 0xC0 == 0x80 { first -= 1 }
      return (UTF8Text.scalar(text, at: first).value, first)
    }

    private static func spacesBefore(_ text: [UInt8], _ index: Int, from start: Int) -> Int {
      var result = index
      while let before = scalar(text, before: result, from: start),
        ScalarClass.isWhitespace(before.value)
      { result = before.index }
      return result
    }

    private static func spacesAfter(_ text: [UInt8], _ index: Int, _ end: Int) -> Int {
      var result = index
      while result < end, case (let scalar, let length) = UTF8Text.scalar(text, at: result),
        ScalarClass.isWhitespace(scalar)
      { result += length }
      return result
    }
  }
}
