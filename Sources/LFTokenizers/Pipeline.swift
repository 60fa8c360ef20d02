import LFCore

/// The steps of a tokenizer, in their order.
struct Pipeline: Sendable {
  var normalizer: Normalizer?
  var preTokenizer: PreTokenizer?
  var model: TokenModel
  var added: AddedTokens
  var postProcessor: PostProcessor?
  var fileTruncation: Truncation?
  var padding: Padding?
  var notes: [String] = []

  /// How too many tokens are cut.
  struct Truncation: Sendable {
    enum Strategy: String, Sendable, CaseIterable {
      case longestFirst = "LongestFirst"
      case onlyFirst = "OnlyFirst"
      case onlySecond = "OnlySecond"
    }

    var limit: Int
    var strategy = Strategy.longestFirst
    var cutsLeft = false
  }

  /// How rows are filled up.
  struct Padding: Sendable {
    /// The length to fill up to; nil for that of the longest row.
    var length: Int?
    var multiple: Int?
    var isLeft = false
    var id = 0
    var typeID = 0
    var token = "[PAD]"
  }

  func truncation(_ options: EncodingOptions) throws(LFError) -> Truncation? {
    let result: Truncation?
    switch options.truncation {
    case .none: result = nil
    case .asInFile: result = fileTruncation
    case .limit(let limit): result = Truncation(limit: limit)
    }
    guard let result, result.limit < 0 else { return result }
    throw .refused(
      "tokenizer.truncation", expected: "a limit of 0 tokens or more", found: "\(result.limit)")
  }

  /// Makes one text into tokens, without what is put around it.
  func tokenize(
    _ text: [UInt8], typeID: Int, _ scratch: inout TokenScratch
  ) throws(LFError) -> TokenEncoding {
    var pieces = try added.pieces(of: text, normalizer: normalizer)
    try preTokenizer?.apply(to: &pieces, keepsBytes: readsBytes)
    var result = TokenEncoding()
    result.list.reserveCapacity(pieces.list.count)
    let characters = CharacterOffsets(text)
    for piece in pieces.list {
      try append(piece, of: pieces.text, characters, typeID: typeID, &scratch, to: &result)
    }
    return result
  }

  private var readsBytes: Bool {
    if case .bpe(let model) = model { model.readsBytes } else { false }
  }

  private func append(
    _ piece: Piece, of text: AlignedText, _ characters: CharacterOffsets, typeID: Int,
    _ scratch: inout TokenScratch, to result: inout TokenEncoding
  ) throws(LFError) {
    if let id = piece.token {
      let range = piece.range
      result.surfaces.append(String(decoding: text.bytes[range], as: UTF8.self))
      let (start, end) = characters.convert(
        text.starts[range.lowerBound], text.ends[range.upperBound - 1])
      result.list.append(
        .init(
          id: Int(id), start: start, end: end, typeID: typeID, isSpecial: false,
          surface: Int32(truncatingIfNeeded: result.surfaces.count - 1)))
      return
    }
    scratch.tokens.removeAll(keepingCapacity: true)
    try model.tokenize(text.bytes, piece.range, &scratch)
    for token in scratch.tokens {
      let lower = piece.range.lowerBound + Int(token.lower)
      let upper = min(piece.range.lowerBound + Int(token.upper), piece.range.upperBound)
      guard lower < upper else { continue }
      var surface: Int32 = -1
      if token.isSurface {
        surface = Int32(truncatingIfNeeded: result.surfaces.count)
        result.surfaces.append(String(decoding: text.bytes[lower..<upper], as: UTF8.self))
      }
      let (start, end) = characters.convert(text.starts[lower], text.ends[upper - 1])
      result.list.append(
        .init(
          id: Int(token.id), start: start, end: end, typeID: typeID, isSpecial: false,
          surface: surface))
    }
  }

  /// Cuts, puts tokens around, fills up.
  func finish(
    _ texts: [TokenEncoding], _ options: EncodingOptions, _ truncation: Truncation?
  ) throws(LFError) -> TokenEncoding {
    var texts = texts
    if var truncation {
      if options.addsSpecialTokens {
        truncation.limit -= postProcessor?.addedCount(isPair: texts.count == 2) ?? 0
        guard truncation.limit >= 0 else {
          throw .refused(
            "tokenizer.truncation", expected: "a limit with room for the special tokens",
            found: "\(truncation.limit) tokens left for the text")
        }
      }
      try truncation.cut(&texts)
    }
    for index in texts.indices { texts[index].setType(index) }
    let parts =
      postProcessor?.apply(
        to: texts, addsSpecialTokens: options.addsSpecialTokens, vocabulary: model.vocabulary)
      ?? texts
    var result = TokenEncoding()
    if parts.count == 1 { result = parts[0] } else { for part in parts { result.append(part) } }
    if options.pads { padding?.apply(to: &result) }
    return result
  }
}

extension Pipeline.Truncation {
  /// Cuts one text, or two.
  func cut(_ texts: inout [TokenEncoding]) throws(LFError) {
    let counts = texts.map(\.count)
    let total = counts.reduce(0, +)
    guard total > limit else { return }
    guard limit > 0 else {
      for index in texts.indices { texts[index].cut(to: 0, left: cutsLeft) }
      return
    }
    switch strategy {
    case .longestFirst:
      guard texts.count == 2 else {
        texts[0].cut(to: limit, left: cutsLeft)
        return
      }
      var short = min(counts[0], counts[1])
      var long = short > limit ? short : max(short, limit - short)
      if short + long > limit {
        short = limit / 2
        long = short + limit % 2
      }
      let isSwapped = counts[0] > counts[1]
      texts[0].cut(to: isSwapped ? long : short, left: cutsLeft)
      texts[1].cut(to: isSwapped ? short : long, left: cutsLeft)
    case .onlyFirst, .onlySecond:
      let index = strategy == .onlyFirst ? 0 : 1
      guard index < texts.count, texts[index].count > total - limit else {
        throw .refused(
          "tokenizer.truncation", expected: "a text long enough to be cut",
          found: index < texts.count ? "\(counts[index]) tokens" : "no second text")
      }
      texts[index].cut(to: counts[index] - (total - limit), left: cutsLeft)
    }
  }
}

extension Pipeline.Padding {
  func apply(to encoding: inout TokenEncoding) {
    var target = length ?? encoding.count
    if let multiple, multiple > 0, target % multiple > 0 { target += multiple - target % multiple }
    guard encoding.count < target else { return }
    var token = TokenEncoding.Token(
      id: id, start: 0, end: 0, typeID: typeID, isSpecial: true, isPadding: true)
    token.surface = Int32(truncatingIfNeeded: encoding.surfaces.count)
    encoding.surfaces.append(self.token)
    let filling = [TokenEncoding.Token](repeating: token, count: target - encoding.count)
    encoding.list.insert(contentsOf: filling, at: isLeft ? 0 : encoding.count)
  }
}

extension TokenEncoding {
  mutating func cut(to count: Int, left: Bool) {
    guard list.count > count else { return }
    cutCount += list.count - count
    if left { list.removeFirst(list.count - count) } else { list.removeLast(list.count - count) }
  }
}

/// Offsets in bytes, told in Unicode scalars.
struct CharacterOffsets {
  /// For each byte which character it belongs to; empty for ASCII.
  private var characters: [UInt32] = []
  private let count: Int

  init(_ text: [UInt8]) {
    count = text.count
    guard text.contains(where: { $0 >= 0x80 }) else { return }
    characters.reserveCapacity(text.count)
    var index: UInt32 = 0
    var isFirst = true
    for byte in text {
      if byte & 0xC0 != 0x80 {
        if !isFirst { index += 1 }
        isFirst = false
      }
      characters.append(index)
    }
  }

  /// The range of characters; a beginning at the end stays what it is, as in
  /// Hugging Face's tokenizers.
  @inline(__always)
  func convert(_ start: UInt32, _ end: UInt32) -> (start: Int, end: Int) {
    let first = Int(start)
    let last = Int(end)
    guard first < count else { return (first, last) }
    guard !characters.isEmpty else { return (first, last) }
    if last < count { return (Int(characters[first]), Int(characters[last])) }
    let before = last > 0 && last <= count ? Int(characters[last - 1]) : Int(characters[first]) + 1
    return (Int(characters[first]), before + 1)
  }
}
