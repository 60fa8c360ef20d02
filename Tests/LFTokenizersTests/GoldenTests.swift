import Foundation
import LFTokenizers
import TestSupport
import Testing

/// Ids, offsets, types and token texts of 5,000 lines, as Hugging Face's library gives them.
@Suite("Tokenizers against Hugging Face's")
struct GoldenTests {
  @Test(
    "Every line of every small tokenizer",
    arguments: [
      "roberta", "roberta-prefix", "bytes-template", "bert-uncased", "bert-cased", "unigram",
      "unigram-bytes", "word-level", "bpe-fallback", "bpe-affixes", "byte-normalizer",
    ])
  func small(name: String) throws {
    let data = try Data(contentsOf: URL(filePath: GoldenLines.folder + "/\(name).json"))
    let tokenizer = try Tokenizer(json: [UInt8](data))
    let wrong = try GoldenLines.differences(
      tokenizer, expected: name, followsFile: name == "word-level")
    #expect(wrong.isEmpty, "\(wrong.count) of 5000:\n\(wrong.prefix(6).joined(separator: "\n"))")
  }
}
