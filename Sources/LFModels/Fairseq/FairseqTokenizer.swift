package import LFCore

/// A tokenizer that Hugging Face's library loads, made of what fairseq keeps
/// beside a model.
///
/// fairseq's `dict.txt` numbers tokens, but does not say how text becomes them.
/// Without a tokenizer of its own Hugging Face's library makes one of the five
/// special tokens alone, and does not say so. Where the dictionary's entries tell what
/// they are, a tokenizer is made that gives fairseq's ids; where they do not, the
/// user is told what is missing.
package struct FairseqTokenizer {
  /// The files of the tokenizer; none when none could be made.
  package let files: [CarriedFile]
  /// What was made, or why nothing was; for the user.
  package let note: String

  /// Looks at the files that travel with a model; nil when there is no
  /// `dict.txt`, or a tokenizer already.
  ///
  /// - Parameters:
  ///   - rows: of the word embeddings.
  ///   - maxPositions: longest input of the model, for the tokenizer's settings.
  /// - Throws: `fairseq.dictionary`, `json.*` and `fairseq.bpe` for malformed files.
  package init?(
    from carried: [CarriedFile], rows: Int, maxPositions: Int
  ) throws(LFError) {
    guard TokenizerParts.names(in: carried).isEmpty,
      let file = carried.first(where: { $0.name == "dict.txt" })
    else { return nil }
    let vocabulary = FairseqVocabulary(try FairseqDictionary(file), rows: rows)
    let settings = FairseqTokenizerSettings(
      maxPositions: maxPositions, hasMask: vocabulary.hasMask)
    guard vocabulary.isOfTheModel else {
      self.init("dict.txt has another number of tokens than the model has rows")
      return
    }
    switch vocabulary.kind {
    case .redefined(let token):
      self.init("dict.txt gives the special token \(token) another row")
    case .words:
      self.init("dict.txt numbers tokens, but does not say how text becomes them")
    case .characters:
      self.init(
        files: [
          CharacterTokenizer(vocabulary).file, settings.file(class: "PreTrainedTokenizerFast"),
        ],
        note: "tokenizer.json was made of dict.txt, whose entries are single characters: a token "
          + "for each, and <unk> for those that it lacks")
    case .byteLevelBPE:
      let wanted = ["encoder.json", "vocab.bpe"]
      let found = wanted.compactMap { name in carried.first { $0.name == name } }
      guard found.count == wanted.count else {
        let missing = wanted.filter { name in !found.contains { $0.name == name } }
        self.init(
          "dict.txt counts the tokens of a byte-level BPE, and "
            + (missing.count == 1 ? "\(missing[0]) is" : "\(missing[0]) and \(missing[1]) are")
            + " missing, which fairseq fetches apart: beside the weights they make a tokenizer")
        return
      }
      let tokenizer = try ByteLevelTokenizer(
        vocabulary, encoder: found[0], merges: found[1])
      if let reason = tokenizer.obstacle {
        self.init(reason)
        return
      }
      self.init(
        files: tokenizer.files + [settings.file(class: "RobertaTokenizer")],
        note: "vocab.json and merges.txt were made of encoder.json and vocab.bpe, with the ids of "
          + "dict.txt")
    }
  }

  private init(_ reason: String) {
    self.init(files: [], note: "no tokenizer is written: \(reason). " + Self.warning)
  }

  private init(files: [CarriedFile], note: String) {
    self.files = files
    self.note = note
  }

  /// What happens to who does not notice.
  package static let warning =
    "Hugging Face's AutoTokenizer makes one of special tokens alone for such a model, and does not "
    + "say so"
}

/// The entries of a `dict.txt` and the rows that they stand for.
struct FairseqVocabulary {
  /// What the entries are.
  enum Kind {
    /// Single characters.
    case characters
    /// Numbers, which are ids of a byte-level BPE's own vocabulary.
    case byteLevelBPE
    /// Anything else, of which only the words are known.
    case words
    /// A special token stands in the file again, and has two rows.
    case redefined(String)
  }

  /// The mask token, which fairseq's tasks put behind the file's last line.
  static let mask = "<mask>"

  let dictionary: FairseqDictionary
  /// Rows of the word embeddings.
  let rows: Int

  init(_ dictionary: FairseqDictionary, rows: Int) {
    self.dictionary = dictionary
    self.rows = rows
  }

  /// Whether the rows are those of the dictionary.
  var isOfTheModel: Bool { DictionaryCheck.fits(dictionary, rows: rows) }

  /// Whether there is a mask token: in the file, or in a row after its last one.
  var hasMask: Bool {
    rows > dictionary.tokenCount || dictionary.lines.contains { $0.token == Self.mask }
  }

  /// Entries that stand for text; not the words without meaning that fill a
  /// dictionary up to a multiple of 8, and not the mask.
  private var ordinary: [String] {
    dictionary.lines.lazy.map(\.token).filter { $0 != Self.mask && !Self.isFiller($0) }
  }

  /// Whether a token is one of fairseq's `madeupword0000` and so on.
  static func isFiller(_ token: String) -> Bool {
    let start = "madeupword"
    return token.hasPrefix(start) && token.utf8.count > start.utf8.count
      && token.utf8.dropFirst(start.utf8.count).allSatisfy(Self.isDigit)
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  /// What the entries are, all of them.
  var kind: Kind {
    if let special = dictionary.lines.first(where: {
      FairseqDictionary.specialTokens.contains($0.token)
    }) {
      return .redefined(special.token)
    }
    let tokens = ordinary
    if tokens.isEmpty { return .words }
    if tokens.allSatisfy({ $0.unicodeScalars.count == 1 }) { return .characters }
    return tokens.allSatisfy { $0.utf8.allSatisfy(Self.isDigit) } ? .byteLevelBPE : .words
  }

  /// Every token with its row, in order; of a token that comes again, as the file
  /// may say it should, the last row counts.
  var tokens: [(text: String, row: Int)] {
    var result: [(String, Int)] = []
    let lines = dictionary.lines.map(\.token)
    for (row, token) in (FairseqDictionary.specialTokens + lines).enumerated() {
      result.append((token, row))
    }
    if hasMask, !lines.contains(Self.mask) { result.append((Self.mask, lines.count + 4)) }
    return result
  }
}

/// `tokenizer_config.json` for a tokenizer with fairseq's special tokens.
struct FairseqTokenizerSettings {
  let maxPositions: Int
  let hasMask: Bool

  /// The file.
  ///
  /// - Parameter class: Hugging Face's class that reads the tokenizer.
  func file(class name: String) -> CarriedFile {
    var object = JSONObject([
      ("tokenizer_class", .string(name)), ("model_max_length", JSONValue(maxPositions)),
      ("bos_token", "<s>"), ("eos_token", "</s>"), ("cls_token", "<s>"), ("sep_token", "</s>"),
      ("unk_token", "<unk>"), ("pad_token", "<pad>"),
    ])
    if hasMask { object["mask_token"] = .string(FairseqVocabulary.mask) }
    object["clean_up_tokenization_spaces"] = false
    object["model_input_names"] = ["input_ids", "attention_mask"]
    return CarriedFile(
      name: "tokenizer_config.json", bytes: Array(JSONValue.object(object).pretty.utf8))
  }
}
