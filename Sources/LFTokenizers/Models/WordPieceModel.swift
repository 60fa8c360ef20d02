import LFCore

/// WordPiece: from left to right, always the longest token that fits.
struct WordPieceModel: Sendable {
  let vocabulary: Vocabulary
  let unknown: [UInt8]
  /// Longest word, in characters; longer ones are unknown as a whole.
  let longestWord: Int
  private let trie: TokenTrie
  /// Where in the tree tokens are that continue a word; nil when there are none.
  private let continuation: UInt32?

  /// - Throws: `tokenizer.size` for a vocabulary beyond the tree's limit.
  init(
    vocabulary: Vocabulary, unknown: [UInt8], prefix: [UInt8], longestWord: Int
  ) throws(LFError) {
    self.vocabulary = vocabulary
    self.unknown = unknown
    self.longestWord = longestWord
    trie = try TokenTrie(of: vocabulary)
    continuation = trie.node(prefix)
  }

  func tokenize(
    _ bytes: [UInt8], _ range: Range<Int>, _ tokens: inout [ModelToken]
  ) throws(LFError) {
    let start = tokens.count
    var index = range.lowerBound
    if isShort(bytes, range) {
      while index < range.upperBound {
        let isFirst = index == range.lowerBound
        guard let (id, end) = longest(bytes, index..<range.upperBound, isFirst: isFirst) else {
          break
        }
        tokens.append(
          ModelToken(
            id: id, lower: UInt32(index - range.lowerBound),
            upper: UInt32(end - range.lowerBound)))
        index = end
      }
      if index == range.upperBound { return }
    }
    tokens.removeLast(tokens.count - start)
    guard let id = vocabulary.id(of: unknown) else { throw BPEModel.missing(unknown) }
    tokens.append(ModelToken(id: id, lower: 0, upper: UInt32(range.count)))
  }

  private func isShort(_ bytes: [UInt8], _ range: Range<Int>) -> Bool {
    if range.count <= longestWord { return true }
    var characters = 0
    for index in range where bytes[index] & 0xC0 != 0x80 {
      characters += 1
      if characters > longestWord { return false }
    }
    return true
  }

  private func longest(
    _ bytes: [UInt8], _ range: Range<Int>, isFirst: Bool
  ) -> (id: UInt32, end: Int)? {
    guard var node = isFirst ? TokenTrie.root : continuation else { return nil }
    var result: (UInt32, Int)?
    for index in range {
      guard let next = trie.child(of: node, bytes[index]) else { break }
      node = next
      if let id = trie.id(at: node) { result = (id, index + 1) }
    }
    return result
  }
}

extension TokenTrie {
  /// The tree of a vocabulary's tokens.
  init(of vocabulary: Vocabulary) throws(LFError) {
    self.init(expectedBytes: vocabulary.bytes.count)
    for position in 0..<vocabulary.count {
      guard
        insert(
          vocabulary.bytes, in: vocabulary.range(at: position), id: vocabulary.id(at: position))
      else { throw Self.full }
    }
  }

  static var full: LFError {
    .refused(
      "tokenizer.size", expected: "a vocabulary of at most \(nodeLimit) different beginnings",
      found: "more")
  }
}

/// A vocabulary of whole words.
struct WordLevelModel: Sendable {
  let vocabulary: Vocabulary
  let unknown: [UInt8]

  func tokenize(
    _ bytes: [UInt8], _ range: Range<Int>, _ tokens: inout [ModelToken]
  ) throws(LFError) {
    guard let id = vocabulary.id(of: bytes, in: range) ?? vocabulary.id(of: unknown) else {
      throw BPEModel.missing(unknown)
    }
    tokens.append(ModelToken(id: id, lower: 0, upper: UInt32(range.count)))
  }
}
