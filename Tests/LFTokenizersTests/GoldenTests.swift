import Foundation
import LFCore
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
    #expect(wrong.isEmpty, "\(wrong.count) of 5000:\n\(wrong.prefix(3).joined(separator: "\n"))")
  }

  @Test(
    "Every line of the tokenizers that other files than tokenizer.json describe",
    arguments: [
      "files-roberta", "files-bert", "files-bert-config", "files-xlm-roberta", "files-camembert",
    ])
  func files(name: String) throws {
    let folder = URL(filePath: GoldenLines.folder + "/" + name)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    let files = try names.map { file in
      CarriedFile(
        name: file, bytes: [UInt8](try Data(contentsOf: folder.appending(path: file))))
    }
    let kind = name.hasSuffix("camembert") ? "camembert" : nil
    let tokenizer = try TokenizerFiles(files, modelType: kind).tokenizer()
    let wrong = try GoldenLines.differences(tokenizer, expected: name)
    #expect(wrong.isEmpty, "\(wrong.count) of 5000:\n\(wrong.prefix(3).joined(separator: "\n"))")
  }

  /// Folder of the real checkpoints, where they have been fetched.
  private static let realFolder = Repository.realCheckpoints

  @Test(
    "Every line of the tokenizers of MiniLM and AntiBERTy", .enabled(if: realFolder != nil),
    arguments: ["minilm", "antiberty"])
  func real(name: String) throws {
    let folder = URL(filePath: try #require(Self.realFolder)).appending(path: name)
    let files = ["tokenizer.json", "vocab.txt", "tokenizer_config.json"].compactMap { file in
      (try? Data(contentsOf: folder.appending(path: file))).map {
        CarriedFile(name: file, bytes: [UInt8]($0))
      }
    }
    let tokenizer = try TokenizerFiles(files).tokenizer()
    let wrong = try GoldenLines.differences(tokenizer, expected: "real-" + name)
    #expect(wrong.isEmpty, "\(wrong.count) of 5000:\n\(wrong.prefix(3).joined(separator: "\n"))")
  }
}
