/// What is put around texts: the `post_processor` of a `tokenizer.json`.
indirect enum PostProcessor: Sendable {
  /// A token with its id.
  struct Special: Sendable {
    let text: String
    let id: Int
  }

  /// A part of a template.
  enum Part: Sendable {
    case text(isSecond: Bool, typeID: Int)
    case special([Special], typeID: Int)
  }

  case roberta(separator: Special, start: Special, trimsOffsets: Bool, addsPrefixSpace: Bool)
  case bert(separator: Special, start: Special)
  case template(single: [Part], pair: [Part])
  case byteLevel(trimsOffsets: Bool, addsPrefixSpace: Bool)
  case sequence([PostProcessor])

  /// Number of tokens that are put in.
  func addedCount(isPair: Bool) -> Int {
    switch self {
    case .roberta: isPair ? 4 : 2
    case .bert: isPair ? 3 : 2
    case .template(let single, let pair):
      (isPair ? pair : single).reduce(0) { sum, part in
        if case .special(let tokens, _) = part { sum + tokens.count } else { sum }
      }
    case .byteLevel: 0
    case .sequence(let parts): parts.reduce(0) { $0 + $1.addedCount(isPair: isPair) }
    }
  }

  /// Puts tokens in. What comes out is joined by the caller, or by the next step.
  func apply(
    to texts: [TokenEncoding], addsSpecialTokens: Bool, vocabulary: Vocabulary
  ) -> [TokenEncoding] {
    var texts = texts
    switch self {
    case .byteLevel(let trims, let addsPrefixSpace):
      if trims {
        for index in texts.indices { texts[index].trimOffsets(addsPrefixSpace, vocabulary) }
      }
      return texts
    case .roberta(let separator, let start, let trims, let addsPrefixSpace):
      for index in texts.indices {
        if trims { texts[index].trimOffsets(addsPrefixSpace, vocabulary) }
        texts[index].setType(0)
      }
      guard addsSpecialTokens else { return texts }
      for index in texts.indices {
        texts[index].surround(index == 0 ? start : separator, separator, typeID: 0)
      }
      return texts
    case .bert(let separator, let start):
      guard addsSpecialTokens else { return texts }
      for index in texts.indices {
        texts[index].surround(index == 0 ? start : nil, separator, typeID: index)
      }
      return texts
    case .template(let single, let pair):
      var result: [TokenEncoding] = []
      for part in texts.count == 2 ? pair : single {
        switch part {
        case .text(let isSecond, let typeID):
          guard (isSecond ? 1 : 0) < texts.count else { continue }
          texts[isSecond ? 1 : 0].setType(typeID)
          result.append(texts[isSecond ? 1 : 0])
        case .special(let tokens, let typeID):
          guard addsSpecialTokens else { continue }
          var added = TokenEncoding()
          for token in tokens { added.append(token, typeID: typeID) }
          result.append(added)
        }
      }
      return result
    case .sequence(let parts):
      for part in parts {
        texts = part.apply(
          to: texts, addsSpecialTokens: addsSpecialTokens, vocabulary: vocabulary)
      }
      return texts
    }
  }
}

extension TokenEncoding {
  mutating func setType(_ typeID: Int) {
    for index in list.indices { list[index].typeID = typeID }
  }

  mutating func append(_ special: PostProcessor.Special, typeID: Int) {
    list.append(Token(special, typeID: typeID, surface: surfaces.count))
    surfaces.append(special.text)
  }

  /// Puts tokens in front of a text and behind it.
  mutating func surround(
    _ first: PostProcessor.Special?, _ last: PostProcessor.Special, typeID: Int
  ) {
    if let first {
      list.insert(Token(first, typeID: typeID, surface: surfaces.count), at: 0)
      surfaces.append(first.text)
    }
    append(last, typeID: typeID)
  }

  /// Leaves spaces out of the tokens' offsets.
  mutating func trimOffsets(_ addsPrefixSpace: Bool, _ vocabulary: Vocabulary) {
    for index in list.indices {
      let token = list[index]
      let text = self.text(of: token, vocabulary)
      let (leading, trailing) = Self.spaces(around: text)
      var start = token.start
      var end = token.end
      if leading > 0 {
        let isAdded = (index == 0 || start == 0) && addsPrefixSpace && leading == 1
        start = min(start + (isAdded ? 0 : leading), end)
      }
      if trailing > 0, end >= trailing { end = max(end - trailing, start) }
      list[index].start = start
      list[index].end = end
    }
  }

  /// The token's text.
  func text(of token: Token, _ vocabulary: Vocabulary) -> String {
    if token.surface >= 0 { return surfaces[Int(token.surface)] }
    return vocabulary.token(UInt32(token.id)) ?? ""
  }

  /// Numbers of spaces, byte-level ones among them, at both ends of a token.
  private static func spaces(around text: String) -> (leading: Int, trailing: Int) {
    func isSpace(_ scalar: Unicode.Scalar) -> Bool {
      scalar.value == 0x120 || ScalarClass.isWhitespace(scalar.value)
    }
    let scalars = text.unicodeScalars
    let leading = scalars.prefix(while: isSpace).count
    let trailing = scalars.reversed().prefix(while: isSpace).count
    return (leading, trailing)
  }
}

extension TokenEncoding.Token {
  fileprivate init(_ special: PostProcessor.Special, typeID: Int, surface: Int) {
    self.init(
      id: special.id, start: 0, end: 0, typeID: typeID, isSpecial: true,
      surface: Int32(truncatingIfNeeded: surface))
  }
}
