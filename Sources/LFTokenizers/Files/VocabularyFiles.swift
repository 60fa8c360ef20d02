import LFCore

/// Lines of a text file, without their ends.
enum TextLines {
  /// - Throws: `tokenizer.encoding` with the offset of bytes that are not UTF-8.
  static func forEach(
    _ bytes: [UInt8], _ body: (_ line: Range<Int>, _ number: Int) throws(LFError) -> Void
  ) throws(LFError) {
    if let offset = UTF8Text.firstInvalid(bytes, in: bytes.indices) {
      throw .refused(
        "tokenizer.encoding", at: .init(offset: offset), expected: "valid UTF-8",
        found: "byte 0x" + String(bytes[offset], radix: 16))
    }
    var start = 0
    var number = 0
    while start < bytes.count {
      let end = bytes[start...].firstIndex(of: 0x0A) ?? bytes.count
      let isCarried = end > start && bytes[end - 1] == 0x0D
      try body(start..<(isCarried ? end - 1 : end), number)
      start = end + 1
      number += 1
    }
  }
}

/// RoBERTa's `vocab.json` and `merges.txt`.
enum RobertaFiles {
  static func read(_ files: TokenizerFiles, _ bytes: [UInt8]) throws(LFError) -> Pipeline {
    let settings = try TokenizerSettings(files)
    let vocabulary = try ModelReading.vocabulary(bytes)
    let model = try self.model(vocabulary, try files.contents("merges.txt"))
    let addsPrefixSpace = settings.bool("add_prefix_space") ?? false
    let added = AddedTokens.numbered(
      settings.addedTokens([
        ("bos_token", "<s>", false), ("eos_token", "</s>", false), ("unk_token", "<unk>", false),
        ("sep_token", "</s>", false), ("pad_token", "<pad>", false), ("cls_token", "<s>", false),
        ("mask_token", "<mask>", false),
      ]), .bpe(model))
    func special(_ role: String, _ usual: String) throws(LFError) -> PostProcessor.Special {
      try .init(settings.token(role, usual: usual), among: added)
    }
    var pipeline = Pipeline(
      normalizer: nil,
      preTokenizer: .byteLevel(addsPrefixSpace: addsPrefixSpace, usesExpression: true),
      model: .bpe(model), added: try AddedTokens(added, normalizer: nil),
      postProcessor: .roberta(
        separator: try special("sep_token", "</s>"), start: try special("cls_token", "<s>"),
        trimsOffsets: settings.bool("trim_offsets") ?? true, addsPrefixSpace: addsPrefixSpace))
    pipeline.readBytesWherePossible()
    return pipeline
  }

  private static func model(
    _ vocabulary: Vocabulary, _ merges: [UInt8]
  ) throws(LFError) -> BPEModel {
    var table = MergeTable(expected: merges.count / 8)
    var rank: UInt32 = 0
    do throws(LFError) {
      try TextLines.forEach(merges) { (line, number) throws(LFError) in
        if line.isEmpty || merges[line].starts(with: "#version".utf8) { return }
        guard let space = merges[line].firstIndex(of: 0x20), space > line.lowerBound,
          space + 1 < line.upperBound, !merges[(space + 1)..<line.upperBound].contains(0x20),
          let left = vocabulary.id(of: merges, in: line.lowerBound..<space),
          let right = vocabulary.id(of: merges, in: space + 1..<line.upperBound),
          let id = vocabulary.id(
            of: Array(merges[line.lowerBound..<space]) + merges[(space + 1)..<line.upperBound])
        else {
          throw .refused(
            "tokenizer.merges", at: .init(entry: "line \(number + 1)"),
            expected: "two tokens of the vocabulary whose union is in it",
            found: "a line of \(line.count.counted("byte")) with others")
        }
        table.insert(left, right, rank: rank, into: id)
        rank += 1
      }
    } catch {
      throw error.located(file: "merges.txt")
    }
    return BPEModel(vocabulary: vocabulary, merges: table)
  }
}

/// BERT's `vocab.txt`.
enum BertFiles {
  static func read(_ files: TokenizerFiles, _ bytes: [UInt8]) throws(LFError) -> Pipeline {
    let settings = try TokenizerSettings(files)
    var lines: [(range: Range<Int>, number: Int)] = []
    try TextLines.forEach(bytes) { (line, number) throws(LFError) in lines.append((line, number)) }
    // Of equal lines the last counts.
    var vocabulary = Vocabulary()
    for line in lines.reversed() {
      _ = vocabulary.insert(Array(bytes[line.range]), id: UInt32(line.number))
    }
    vocabulary.finish()
    let unknown = settings.token("unk_token", usual: "[UNK]")
    let model = TokenModel.wordPiece(
      try WordPieceModel(
        vocabulary: vocabulary, unknown: Array(unknown.utf8), prefix: Array("##".utf8),
        longestWord: 100))
    let normalizer = Normalizer.bert(
      BertNormalizer(
        cleansText: true, separatesChinese: settings.bool("tokenize_chinese_chars") ?? true,
        stripsAccents: settings.bool("strip_accents"),
        lowercases: settings.bool("do_lower_case") ?? true))
    let added = AddedTokens.numbered(
      settings.addedTokens([
        ("unk_token", "[UNK]", false), ("sep_token", "[SEP]", false),
        ("pad_token", "[PAD]", false), ("cls_token", "[CLS]", false),
        ("mask_token", "[MASK]", false),
      ]), model)
    func special(_ role: String, _ usual: String) throws(LFError) -> PostProcessor.Special {
      try .init(settings.token(role, usual: usual), among: added)
    }
    let start = try special("cls_token", "[CLS]")
    let end = try special("sep_token", "[SEP]")
    return Pipeline(
      normalizer: normalizer, preTokenizer: .bert, model: model,
      added: try AddedTokens(added, normalizer: normalizer),
      postProcessor: .template(
        single: [
          .special([start], typeID: 0), .text(isSecond: false, typeID: 0),
          .special([end], typeID: 0),
        ],
        pair: [
          .special([start], typeID: 0), .text(isSecond: false, typeID: 0),
          .special([end], typeID: 0), .text(isSecond: true, typeID: 1),
          .special([end], typeID: 1),
        ]))
  }
}

/// The SentencePiece models of XLM-R and CamemBERT.
enum XLMRobertaFiles {
  static func read(
    _ files: TokenizerFiles, _ bytes: [UInt8], isCamembert: Bool
  ) throws(LFError) -> Pipeline {
    let settings = try TokenizerSettings(files)
    // A CamemBERT that has become a Longformer still has its tokenizer's class.
    let isCamembert = isCamembert || settings.className?.hasPrefix("Camembert") == true
    let file = try SentencePieceFile(bytes)
    guard file.modelKind == 1 else {
      throw .unsupported(
        "tokenizer.sentencepiece", "a SentencePiece model of another kind than unigram")
    }
    func name(_ role: String, _ usual: String) -> String { settings.token(role, usual: usual) }
    var entries: [(text: [UInt8], score: Double)] = []
    func add(_ text: String, _ score: Double = 0) { entries.append((Array(text.utf8), score)) }
    if isCamembert {
      add("<s>NOTUSED")
      add(name("pad_token", "<pad>"))
      add("</s>NOTUSED")
      add(name("unk_token", "<unk>"))
      add("<unk>NOTUSED", -100)
    } else {
      add(name("bos_token", "<s>"))
      add(name("pad_token", "<pad>"))
      add(name("eos_token", "</s>"))
      add(name("unk_token", "<unk>"))
    }
    for piece in file.pieces.dropFirst(isCamembert ? 1 : 3) {
      entries.append((piece.text, Double(piece.score)))
    }
    add(name("mask_token", "<mask>"))
    var vocabulary = Vocabulary()
    var trie = TokenTrie(expectedBytes: bytes.count)
    for (index, entry) in entries.enumerated() {
      let id = UInt32(index)
      if !vocabulary.insert(entry.text, id: id) { vocabulary.replaceID(of: entry.text, by: id) }
      guard entry.text.isEmpty || trie.insert(entry.text, in: entry.text.indices, id: id) else {
        throw TokenTrie.full
      }
    }
    vocabulary.finish()
    let model = TokenModel.unigram(
      UnigramModel(
        vocabulary: vocabulary, trie: trie, scores: entries.map(\.score), unknownID: 3,
        fallsBackToBytes: false))
    let normalizer =
      file.characterMap.isEmpty
      ? nil : Normalizer.precompiled(try CharacterMap(file.characterMap))
    let roles: [(role: String, usual: String, stripsLeft: Bool)] = [
      ("bos_token", "<s>", false), ("eos_token", "</s>", false), ("unk_token", "<unk>", false),
      ("sep_token", "</s>", false), ("pad_token", "<pad>", false), ("cls_token", "<s>", false),
      ("mask_token", "<mask>", isCamembert),
    ]
    let added = AddedTokens.numbered(settings.addedTokens(roles), model)
    let start = try PostProcessor.Special(name("bos_token", "<s>"), among: added)
    let end = try PostProcessor.Special(name("eos_token", "</s>"), among: added)
    let single: [PostProcessor.Part] = [
      .special([start], typeID: 0), .text(isSecond: false, typeID: 0), .special([end], typeID: 0),
    ]
    let scheme: Metaspace.PrependScheme =
      settings.bool("add_prefix_space") == false ? .never : .always
    return Pipeline(
      normalizer: normalizer,
      preTokenizer: .sequence([
        .whitespaceSplit,
        .metaspace(Metaspace(replacement: Array("▁".utf8), scheme: scheme, splits: true)),
      ]),
      model: model, added: try AddedTokens(added, normalizer: normalizer),
      postProcessor: .template(
        single: single,
        pair: single + [
          .special([end], typeID: 0), .text(isSecond: true, typeID: 0),
          .special([end], typeID: 0),
        ]))
  }
}

/// fairseq's `dict.txt` of a vocabulary of single characters, as models of
/// proteins have it.
enum CharacterDictionary {
  /// Tokens that come before the file's own.
  private static let special = ["<s>", "<pad>", "</s>", "<unk>"]

  static func read(_ bytes: [UInt8]) throws(LFError) -> Pipeline {
    var vocabulary = Vocabulary()
    for (id, text) in special.enumerated() {
      _ = vocabulary.insert(Array(text.utf8), id: UInt32(id))
    }
    try TextLines.forEach(bytes) { (line, number) throws(LFError) in
      let place = LFError.Location(entry: "line \(number + 1)")
      guard let space = bytes[line].lastIndex(of: 0x20), space > line.lowerBound else {
        throw .refused(
          "fairseq.dictionary", at: place, expected: "\"token count\"",
          found: "a line of \(line.count.counted("byte")) that is none")
      }
      let token = Array(bytes[line.lowerBound..<space])
      let isName =
        token.first == 0x3C && token.last == 0x3E
        || token.starts(with: "madeupword".utf8)
      guard isName || UTF8Text.length(of: token[0]) == token.count else {
        throw .unsupported(
          "tokenizer.dictionary", at: place,
          "a fairseq dictionary of words: only single characters say how text is cut",
          hint: "put the vocabulary's tokenizer.json, or vocab.json and merges.txt, beside it")
      }
      guard vocabulary.insert(token, id: UInt32(vocabulary.count)) else {
        throw .refused(
          "fairseq.dictionary", at: place, expected: "a token that is new",
          found: "\"\(printable(String(decoding: token, as: UTF8.self), limit: 60))\" again")
      }
    }
    // A masked language model's task adds the mask behind the file's tokens.
    _ = vocabulary.insert(Array("<mask>".utf8), id: UInt32(vocabulary.count))
    vocabulary.finish()
    let model = TokenModel.wordLevel(
      WordLevelModel(vocabulary: vocabulary, unknown: Array("<unk>".utf8)))
    let added = AddedTokens.numbered(
      (special + ["<mask>"]).map { text in
        var token = AddedToken(content: Array(text.utf8), id: 0)
        token.isSpecial = true
        return token
      }, model)
    return Pipeline(
      normalizer: nil, preTokenizer: .sequence([.whitespaceSplit, .fixedLength(1)]),
      model: model, added: try AddedTokens(added, normalizer: nil),
      postProcessor: .bert(
        separator: try .init("</s>", among: added), start: try .init("<s>", among: added)))
  }
}

extension PostProcessor.Special {
  /// A token that is among the added ones.
  init(_ text: String, among added: [AddedToken]) throws(LFError) {
    let bytes = Array(text.utf8)
    guard let token = added.first(where: { $0.content == bytes }) else {
      throw .refused(
        "tokenizer.special-token", expected: "the token \"\(printable(text, limit: 60))\"",
        found: "none")
    }
    self.init(text: text, id: Int(token.id))
  }
}
