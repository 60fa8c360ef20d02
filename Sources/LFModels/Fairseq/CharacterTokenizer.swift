import LFCore

/// A `tokenizer.json` for a dictionary of single characters.
///
/// Models of sequences, such as proteins', are trained so: every character is a
/// token, white space is dropped, and what the dictionary lacks becomes `<unk>`.
/// Where `▁` is an entry, white space was written as that before (fairseq's
/// encoder "characters").
struct CharacterTokenizer {
  private let vocabulary: FairseqVocabulary

  init(_ vocabulary: FairseqVocabulary) { self.vocabulary = vocabulary }

  /// What stands for a space in a dictionary that has spaces.
  private static let spaceMark = "\u{2581}"

  private var writesSpaces: Bool {
    vocabulary.dictionary.lines.contains { $0.token == Self.spaceMark }
  }

  /// The file.
  var file: CarriedFile {
    let tokens = vocabulary.tokens
    let special = Set(FairseqDictionary.specialTokens + [FairseqVocabulary.mask])
    let added = tokens.filter { special.contains($0.text) }.map { token in
      JSONValue.object(
        JSONObject([
          ("id", JSONValue(token.row)), ("content", .string(token.text)), ("single_word", false),
          ("lstrip", false), ("rstrip", false), ("normalized", false), ("special", true),
        ]))
    }
    let object = JSONObject([
      ("version", "1.0"), ("truncation", .null), ("padding", .null),
      ("added_tokens", .array(added)),
      ("normalizer", normalizer),
      // Drops white space; what is left between goes to the model as a whole.
      ("pre_tokenizer", .object(JSONObject([("type", "WhitespaceSplit")]))),
      (
        "post_processor",
        .object(
          JSONObject([
            ("type", "RobertaProcessing"), ("sep", ["</s>", 2]), ("cls", ["<s>", 0]),
            ("trim_offsets", false), ("add_prefix_space", false),
          ]))
      ),
      ("decoder", decoder),
      ("model", model(tokens)),
    ])
    return CarriedFile(name: "tokenizer.json", bytes: Array(JSONValue.object(object).pretty.utf8))
  }

  /// Byte-pair encoding without a single merge takes text apart into characters.
  private func model(_ tokens: [(text: String, row: Int)]) -> JSONValue {
    .object(
      JSONObject([
        ("type", "BPE"), ("dropout", .null), ("unk_token", "<unk>"),
        ("continuing_subword_prefix", .null), ("end_of_word_suffix", .null), ("fuse_unk", false),
        ("byte_fallback", false), ("ignore_merges", false),
        ("vocab", .object(JSONObject(tokens.map { ($0.text, JSONValue($0.row)) }))),
        ("merges", .array([])),
      ]))
  }

  /// The separators U+001C to U+001F are white space to Python, which fairseq
  /// splits with, and not to Hugging Face's library.
  private var normalizer: JSONValue {
    var steps = (0x1C...0x1F).compactMap(UnicodeScalar.init).map {
      Self.replacing(String($0), " ")
    }
    if writesSpaces {
      // Spaces themselves are text; all other white space still is not.
      steps = [Self.replacing(" ", Self.spaceMark)] + steps
    }
    return .object(JSONObject([("type", "Sequence"), ("normalizers", .array(steps))]))
  }

  private var decoder: JSONValue {
    let fuse = JSONValue.object(JSONObject([("type", "Fuse")]))
    guard writesSpaces else { return fuse }
    return .object(
      JSONObject([
        ("type", "Sequence"),
        ("decoders", .array([Self.replacing(Self.spaceMark, " "), fuse])),
      ]))
  }

  private static func replacing(_ text: String, _ other: String) -> JSONValue {
    .object(
      JSONObject([
        ("type", "Replace"), ("pattern", .object(JSONObject([("String", .string(text))]))),
        ("content", .string(other)),
      ]))
  }
}
