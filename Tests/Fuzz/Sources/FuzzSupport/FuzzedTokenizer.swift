import LFCore
public import LFTokenizers

/// Tokenizers and texts that a fuzzer chooses.
public enum FuzzedTokenizer {
  /// Texts that every tokenizer which can be read is tried on.
  private static let texts = [
    "", " a  b", "The quick brown fox's 123.",
    "naïve e\u{301}\u{323} 가각 你好 😀👨‍👩‍👧 <mask> [NEW]\r\n\u{0}",
  ]

  /// Reads a `tokenizer.json`, a SentencePiece model or a dictionary, as the
  /// first byte says, and makes texts into tokens with it.
  public static func read(_ bytes: [UInt8]) {
    guard let first = bytes.first else { return }
    let names = [
      "tokenizer.json", "tokenizer.json", "sentencepiece.bpe.model", "dict.txt", "vocab.txt",
    ]
    let file = CarriedFile(name: names[Int(first) % names.count], bytes: Array(bytes.dropFirst()))
    guard let tokenizer = try? TokenizerFiles([file]).tokenizer() else { return }
    var options = EncodingOptions(truncation: .asInFile)
    options.pads = false
    for text in texts {
      if let encoding = try? tokenizer.encode(text, pair: "x", options: options) {
        _ = tokenizer.tokens(of: encoding)
      }
    }
  }

  /// Makes a text into tokens with a tokenizer of a kind; the first byte chooses it.
  public static func encode(_ bytes: [UInt8], with tokenizers: [Tokenizer]) {
    guard let first = bytes.first, !tokenizers.isEmpty else { return }
    let text = Array(bytes.dropFirst())
    guard let encoding = try? tokenizers[Int(first) % tokenizers.count].encode(utf8: text) else {
      return
    }
    let count = String(decoding: text, as: UTF8.self).unicodeScalars.count
    for token in encoding.list where !token.isSpecial {
      precondition(token.start <= token.end && token.start >= 0)
      // A token of nothing at the end of the text keeps its place in bytes.
      precondition(token.end <= max(count, text.count))
    }
  }

  /// The tokenizers of files.
  public static func tokenizers(_ files: [[UInt8]]) -> [Tokenizer] {
    files.compactMap { try? Tokenizer(json: $0) }
  }
}
