import Foundation
import LFCore
import LFModels
import LFTokenizers
import Longformer

/// The folder of a model, of which a fuzzer chooses one file beside the weights:
/// `modules.json`, `dict.txt`, the files of a tokenizer.
public struct FuzzedFolder: Sendable {
  /// `seeds.py` counts on their order.
  private static let names = [
    "modules.json", "dict.txt", "config.json", "tokenizer_config.json", "vocab.json", "merges.txt",
    "vocab.txt", "encoder.json", "vocab.bpe", "sentence_bert_config.json", "tokenizer.json",
    "added_tokens.json", "special_tokens_map.json", "1_Pooling/config.json",
    "config_sentence_transformers.json",
  ]
  /// Folders of models that the file is put into.
  private let folders: [String]

  /// Copies small models of this repository into the fuzzer's folder.
  public init() {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../../..").standardized.path
    let place =
      (ProcessInfo.processInfo.environment["LFCONV_FUZZ_FOLDER"] ?? NSTemporaryDirectory())
      + "/folders-\(getpid())"
    let cases = ["bert-one-token", "fairseq-legacy-pickle", "roberta-masked-lm-three-windows"]
    let models =
      cases.map { ($0, "Golden/cases/\($0)/source") }
      + [("sentence-bert", "Tests/LongformerTests/Goldens/sentence-bert")]
    let files = FileManager.default
    do {
      try? files.removeItem(atPath: place)
      try files.createDirectory(atPath: place, withIntermediateDirectories: true)
      for (name, path) in models {
        try files.copyItem(atPath: root + "/" + path, toPath: place + "/" + name)
      }
      let tokenizer = place + "/sentence-bert/tokenizer.json"
      if !files.fileExists(atPath: tokenizer) {
        try files.copyItem(
          atPath: root + "/Tests/LFTokenizersTests/Goldens/bert-uncased.json", toPath: tokenizer)
      }
    } catch { fatalError("cannot copy: \(error)") }
    folders = models.map { place + "/" + $0.0 }
  }

  /// Opens a model with these bytes in a file, and makes a text into a vector; the
  /// first of them chooses both.
  public func read(_ bytes: [UInt8]) {
    guard let first = bytes.first else { return }
    let name = Self.names[Int(first) % Self.names.count]
    let folder = folders[Int(first) / Self.names.count % folders.count]
    let path = folder + "/" + name
    let before = FileManager.default.contents(atPath: path)
    FileManager.default.createFile(atPath: path, contents: Data(bytes.dropFirst()))
    defer {
      if let before {
        FileManager.default.createFile(atPath: path, contents: before)
      } else {
        try? FileManager.default.removeItem(atPath: path)
      }
    }
    guard let model = try? OpenedModel.open(folder) else { return }
    _ = try? model.recognized()
    let text = "The quick brown fox's 123. é 你好 <mask>"
    if let tokenizer = try? model.tokenizer() { _ = try? tokenizer.encode(text) }
    guard let encoder = try? TextEncoder(folder, threads: 1) else { return }
    _ = try? encoder.encode([text])
  }
}
