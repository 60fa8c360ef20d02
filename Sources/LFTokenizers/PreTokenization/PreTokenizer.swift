import LFCore

/// How text is cut before the model: the `pre_tokenizer` of a `tokenizer.json`.
indirect enum PreTokenizer: Sendable {
  case bert
  case byteLevel(addsPrefixSpace: Bool, usesExpression: Bool)
  case metaspace(Metaspace)
  case whitespace
  case whitespaceSplit
  case punctuation(SplitBehavior)
  case digits(individual: Bool)
  case split(TextPattern, SplitBehavior, inverts: Bool)
  case fixedLength(Int)
  case sequence([PreTokenizer])

  /// Cuts the pieces of a text.
  ///
  /// - Parameter keepsBytes: whether the model reads bytes, so that byte-level
  ///   characters are not put in their places.
  func apply(to pieces: inout Pieces, keepsBytes: Bool) throws(LFError) {
    switch self {
    case .bert:
      Self.split(&pieces, removing: ScalarClass.isWhitespace, isolating: ScalarClass.isPunctuation)
    case .whitespaceSplit:
      Self.split(&pieces, removing: ScalarClass.isWhitespace, isolating: { _ in false })
    case .byteLevel(let addsPrefixSpace, let usesExpression):
      if addsPrefixSpace { Self.prefix(&pieces, with: [0x20]) }
      if usesExpression { pieces.split { GPT2Pattern.split($0, in: $1, $2) } }
      if !keepsBytes { Self.mapToByteCharacters(&pieces) }
    case .metaspace(let metaspace): metaspace.apply(to: &pieces)
    case .whitespace: pieces.split { Self.words($0, $1, $2) }
    case .punctuation(let behavior):
      Self.split(&pieces, at: ScalarClass.isPunctuation, behavior)
    case .digits(let individual):
      Self.split(&pieces, at: ScalarClass.isNumeric, individual ? .isolated : .contiguous)
    case .split(let pattern, let behavior, let inverts):
      try Self.split(&pieces, pattern, behavior, inverts: inverts)
    case .fixedLength(let length):
      pieces.split { text, range, add in
        var start = range.lowerBound
        var index = start
        var count = 0
        while index < range.upperBound {
          index += UTF8Text.length(of: text.bytes[index])
          count += 1
          if count % length == 0 {
            add(start..<index)
            start = index
          }
        }
        add(start..<index)
      }
    case .sequence(let parts):
      for (index, part) in parts.enumerated() {
        try part.apply(to: &pieces, keepsBytes: keepsBytes && index == parts.count - 1)
      }
    }
  }

  /// Whether the last step makes byte-level characters.
  var endsWithByteLevel: Bool {
    switch self {
    case .byteLevel: true
    case .sequence(let parts): parts.last?.endsWithByteLevel ?? false
    default: false
    }
  }

  /// Puts text in front of every piece that does not begin with it.
  static func prefix(_ pieces: inout Pieces, with prefix: [UInt8]) {
    let needsNone = pieces.list.allSatisfy { piece in
      piece.token != nil
        || pieces.text.starts(
          with: prefix, at: piece.range.lowerBound, before: piece.range.upperBound)
    }
    guard !needsNone else { return }
    pieces.rewrite { old, piece, result in
      let range = piece.range
      if old.starts(with: prefix, at: range.lowerBound, before: range.upperBound) {
        result.append(old, in: range)
      } else {
        result.appendPrefixed(prefix, old, in: range)
      }
    }
  }

  private static func mapToByteCharacters(_ pieces: inout Pieces) {
    pieces.rewrite { old, piece, result in
      for index in piece.range {
        result.append(
          ByteCharacters.scalar(of: old.bytes[index]), start: old.starts[index],
          end: old.ends[index])
      }
    }
  }

  /// Removes some characters and sets others apart.
  private static func split(
    _ pieces: inout Pieces, removing: (UInt32) -> Bool, isolating: (UInt32) -> Bool
  ) {
    pieces.split { text, range, add in
      let bytes = text.bytes
      var start = range.lowerBound
      var index = start
      while index < range.upperBound {
        let (scalar, length) = UTF8Text.scalar(bytes, at: index)
        let isRemoved = removing(scalar)
        if isRemoved || isolating(scalar) {
          add(start..<index)
          if !isRemoved { add(index..<index + length) }
          start = index + length
        }
        index += length
      }
      add(start..<index)
    }
  }

  private static func split(
    _ pieces: inout Pieces, at matches: (UInt32) -> Bool, _ behavior: SplitBehavior
  ) {
    pieces.split { text, range, add in
      var parts: [TextPattern.Part] = []
      var start = range.lowerBound
      var index = start
      while index < range.upperBound {
        let (scalar, length) = text.scalar(at: index)
        if matches(scalar) {
          if start < index { parts.append(.init(range: start..<index, isMatch: false)) }
          parts.append(.init(range: index..<index + length, isMatch: true))
          start = index + length
        }
        index += length
      }
      if start < index { parts.append(.init(range: start..<index, isMatch: false)) }
      behavior.join(parts, add)
    }
  }

  private static func split(
    _ pieces: inout Pieces, _ pattern: TextPattern, _ behavior: SplitBehavior, inverts: Bool
  ) throws(LFError) {
    var failure: LFError?
    pieces.split { text, range, add in
      guard failure == nil else { return }
      do throws(LFError) {
        var parts = try pattern.parts(of: text, in: range)
        if inverts { for index in parts.indices { parts[index].isMatch.toggle() } }
        behavior.join(parts, add)
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
  }

  /// `\w+|[^\w\s]+`: words and what is neither word nor space.
  private static func words(
    _ text: AlignedText, _ range: Range<Int>, _ add: (Range<Int>) -> Void
  ) {
    enum Kind { case word, space, other }
    var start = range.lowerBound
    var previous = Kind.space
    var index = start
    while index < range.upperBound {
      let (scalar, length) = text.scalar(at: index)
      let kind: Kind =
        ScalarClass.isWord(scalar) ? .word : ScalarClass.isWhitespace(scalar) ? .space : .other
      if kind != previous {
        if previous != .space { add(start..<index) }
        start = index
        previous = kind
      }
      index += length
    }
    if previous != .space { add(start..<index) }
  }
}

/// SentencePiece's way with spaces: each becomes a character that begins a word.
struct Metaspace: Sendable {
  enum PrependScheme: String, Sendable, CaseIterable {
    case first, never, always
  }

  /// The character for a space, in UTF-8.
  let replacement: [UInt8]
  let scheme: PrependScheme
  let splits: Bool

  func apply(to pieces: inout Pieces) {
    pieces.rewrite { old, piece, result in
      let range = piece.range
      let first = range.lowerBound
      let begins =
        old.bytes[first] == 0x20
        || old.starts(with: replacement, at: first, before: range.upperBound)
      if !begins, scheme == .always || (scheme == .first && piece.origin == 0) {
        for byte in replacement {
          result.appendByte(byte, start: old.starts[first], end: old.ends[first])
        }
      }
      for index in range {
        let byte = old.bytes[index]
        if byte == 0x20 {
          for part in replacement {
            result.appendByte(part, start: old.starts[index], end: old.ends[index])
          }
        } else {
          result.appendByte(byte, start: old.starts[index], end: old.ends[index])
        }
      }
    }
    guard splits else { return }
    pieces.split { text, range, add in
      var start = range.lowerBound
      var index = start
      while index < range.upperBound {
        if text.bytes[index] == replacement[0], index > start,
          text.starts(with: replacement, at: index, before: range.upperBound)
        {
          add(start..<index)
          start = index
        }
        index += 1
      }
      add(start..<index)
    }
  }
}
