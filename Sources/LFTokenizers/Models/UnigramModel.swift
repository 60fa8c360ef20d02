import LFCore

/// A unigram language model: the tokens of the highest sum of scores.
struct UnigramModel: Sendable {
  /// How much less an unknown character scores than the worst token.
  private static let unknownPenalty = 10.0

  /// Tokens with the ids that they were last listed with.
  let vocabulary: Vocabulary
  /// Score of each id.
  let scores: [Double]
  let unknownID: UInt32?
  let fallsBackToBytes: Bool
  private let trie: TokenTrie
  private let unknownScore: Double

  /// The best way to a place in the text.
  struct Step: Sendable {
    var score = 0.0
    var start: Int32 = -1
    var id: UInt32 = 0
  }

  init(
    vocabulary: Vocabulary, trie: TokenTrie, scores: [Double], unknownID: UInt32?,
    fallsBackToBytes: Bool
  ) {
    self.vocabulary = vocabulary
    self.trie = trie
    self.scores = scores
    self.unknownID = unknownID
    self.fallsBackToBytes = fallsBackToBytes
    unknownScore = (scores.min() ?? .infinity) - Self.unknownPenalty
  }

  func tokenize(
    _ bytes: [UInt8], _ range: Range<Int>, _ scratch: inout TokenScratch
  ) throws(LFError) {
    try findPath(bytes, range, &scratch.path)
    let first = scratch.tokens.count
    // From the end to the beginning; neighbours that are unknown become one.
    var end = range.count
    while end > 0 {
      let step = scratch.path[end]
      var start = Int(step.start)
      if step.id == unknownID {
        while start > 0, scratch.path[start].id == unknownID {
          start = Int(scratch.path[start].start)
        }
        append(
          bytes, range.lowerBound + start..<range.lowerBound + end, at: start, &scratch.tokens)
      } else {
        scratch.tokens.append(
          ModelToken(id: step.id, lower: UInt32(start), upper: UInt32(end)))
      }
      end = start
    }
    scratch.tokens[first...].reverse()
  }

  /// Finds the best way to each place.
  private func findPath(
    _ bytes: [UInt8], _ range: Range<Int>, _ path: inout [Step]
  ) throws(LFError) {
    path.removeAll(keepingCapacity: true)
    for _ in 0...range.count { path.append(Step()) }
    var index = range.lowerBound
    while index < range.upperBound {
      let place = index - range.lowerBound
      let score = path[place].score
      let length = UTF8Text.length(of: bytes[index])
      var hasSingle = false
      var node = TokenTrie.root
      var end = index
      while end < range.upperBound, let child = trie.child(of: node, bytes[end]) {
        node = child
        end += 1
        guard let id = trie.id(at: node) else { continue }
        Self.offer(&path[end - range.lowerBound], scores[Int(id)] + score, place, id)
        if end - index == length { hasSingle = true }
      }
      if !hasSingle {
        guard let unknownID else {
          throw .refused(
            "tokenizer.unknown-token", expected: "an unknown token", found: "none",
            hint: "the model's unk_id is null, and the text has a character without a token")
        }
        Self.offer(&path[place + length], unknownScore + score, place, unknownID)
      }
      index += length
    }
  }

  @inline(__always)
  private static func offer(_ step: inout Step, _ score: Double, _ start: Int, _ id: UInt32) {
    guard step.start < 0 || score > step.score else { return }
    step = Step(score: score, start: Int32(truncatingIfNeeded: start), id: id)
  }

  /// Appends unknown text, in reverse order where it is several tokens.
  private func append(
    _ bytes: [UInt8], _ range: Range<Int>, at start: Int, _ tokens: inout [ModelToken]
  ) {
    let lower = UInt32(start)
    let upper = UInt32(start + range.count)
    if let id = vocabulary.id(of: bytes, in: range) {
      tokens.append(ModelToken(id: id, lower: lower, upper: upper))
      return
    }
    if fallsBackToBytes {
      let first = tokens.count
      for index in range.reversed() {
        guard let id = vocabulary.id(of: ByteFallback.token(bytes[index])) else { break }
        tokens.append(ModelToken(id: id, lower: lower, upper: upper))
      }
      if tokens.count - first == range.count { return }
      tokens.removeLast(tokens.count - first)
    }
    tokens.append(
      ModelToken(id: unknownID ?? 0, lower: lower, upper: upper, isSurface: true))
  }
}
