import LFCore

/// A token of a piece: its id, and its bytes counted from the piece's beginning.
struct ModelToken: Sendable {
  var id: UInt32
  var lower: UInt32
  var upper: UInt32
  /// Whether the token's text is the piece's own, and not the vocabulary's.
  var isSurface = false
}

/// What makes a piece of text into tokens: the `model` of a `tokenizer.json`.
enum TokenModel: Sendable {
  case bpe(BPEModel)
  case wordPiece(WordPieceModel)
  case unigram(UnigramModel)
  case wordLevel(WordLevelModel)

  var vocabulary: Vocabulary {
    switch self {
    case .bpe(let model): model.vocabulary
    case .wordPiece(let model): model.vocabulary
    case .unigram(let model): model.vocabulary
    case .wordLevel(let model): model.vocabulary
    }
  }

  /// Number of tokens, as Hugging Face counts it for ids of added ones.
  var tokenCount: Int {
    if case .unigram(let model) = self { return model.scores.count }
    return vocabulary.count
  }

  /// Appends the tokens of a piece to the scratch memory's list.
  func tokenize(
    _ bytes: [UInt8], _ range: Range<Int>, _ scratch: inout TokenScratch
  ) throws(LFError) {
    if scratch.cache.copy(bytes, range, to: &scratch.tokens) { return }
    let start = scratch.tokens.count
    switch self {
    case .bpe(let model): try model.tokenize(bytes, range, &scratch)
    case .wordPiece(let model): try model.tokenize(bytes, range, &scratch.tokens)
    case .unigram(let model): try model.tokenize(bytes, range, &scratch)
    case .wordLevel(let model): try model.tokenize(bytes, range, &scratch.tokens)
    }
    scratch.cache.insert(bytes, range, scratch.tokens[start...])
  }
}

/// Memory that is used again from piece to piece and from text to text.
struct TokenScratch: Sendable {
  var tokens: [ModelToken] = []
  var cache = PieceCache()
  var merging = MergeScratch()
  var path: [UnigramModel.Step] = []
}

/// The tokens of pieces that came before: most words of a text come again.
struct PieceCache: Sendable {
  /// Longest piece that is kept.
  private static let longest = 64
  /// Most pieces that are kept.
  private static let capacity = 1 << 15

  private var bytes: [UInt8] = []
  private var entries: [Entry] = []
  private var tokens: [ModelToken] = []
  private var table = [UInt32](repeating: 0, count: 1 << 16)

  private struct Entry {
    let hash: UInt64
    let bytes: Range<Int>
    let tokens: Range<Int>
  }

  /// Appends the tokens of a piece that is known.
  mutating func copy(
    _ text: [UInt8], _ range: Range<Int>, to output: inout [ModelToken]
  ) -> Bool {
    guard range.count <= Self.longest else { return false }
    let hash = ByteHash.of(text, range)
    var slot = Int(truncatingIfNeeded: hash) & (table.count - 1)
    while table[slot] != 0 {
      let entry = entries[Int(table[slot]) - 1]
      if entry.hash == hash, ByteHash.equal(bytes, entry.bytes, text, range) {
        for place in entry.tokens { output.append(tokens[place]) }
        return true
      }
      slot = (slot + 1) & (table.count - 1)
    }
    return false
  }

  /// Keeps the tokens of a piece that is not known.
  mutating func insert(_ text: [UInt8], _ range: Range<Int>, _ new: ArraySlice<ModelToken>) {
    guard range.count <= Self.longest else { return }
    if entries.count >= Self.capacity { removeAll() }
    let hash = ByteHash.of(text, range)
    var slot = Int(truncatingIfNeeded: hash) & (table.count - 1)
    while table[slot] != 0 { slot = (slot + 1) & (table.count - 1) }
    let first = bytes.count
    let start = tokens.count
    bytes += text[range]
    tokens += new
    entries.append(Entry(hash: hash, bytes: first..<bytes.count, tokens: start..<tokens.count))
    table[slot] = UInt32(entries.count)
  }

  private mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    entries.removeAll(keepingCapacity: true)
    tokens.removeAll(keepingCapacity: true)
    for slot in table.indices { table[slot] = 0 }
  }
}
