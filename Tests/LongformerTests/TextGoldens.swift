import Foundation
import Longformer
import TestSupport
import Testing

/// Small models with what Hugging Face and sentence-transformers make of texts,
/// by `Golden/tools/text_goldens.py`.
struct TextGoldens {
  /// What is expected of one model.
  struct Model: Decodable {
    struct Vectors: Decodable {
      let pooling: String
      let global: String
      let values: [[Float]]
    }

    struct Candidate: Decodable {
      let id: Int
      let text: String
      let probability: Double
    }

    let tokenizer: String
    let vectors: [Vectors]
    let hiddenStates: [[[Float]]]
    let labels: [[Double]]?
    let tokenLabels: [[[Double]]]?
    let candidates: [[Candidate]]?
    let sentenceTransformers: [[Float]]?
  }

  private struct Expected: Decodable {
    let texts: [String]
    let models: [String: Model]
  }

  static let folder = Repository.root + "/Tests/LongformerTests/Goldens"
  static let names = [
    "bert-token-labels", "longformer-labels", "longformer-masked-lm", "roberta-labels",
    "sentence-bert",
  ]

  let texts: [String]
  let models: [String: Model]
  private let scratch: Scratch

  init() throws {
    let data = try Data(contentsOf: URL(filePath: Self.folder + "/expected.json"))
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let expected = try decoder.decode(Expected.self, from: data)
    (texts, models) = (expected.texts, expected.models)
    scratch = try Scratch()
  }

  /// A model's folder, its tokenizer in it.
  func path(_ name: String) throws -> String {
    let path = scratch(name)
    if FileManager.default.fileExists(atPath: path) { return path }
    _ = try scratch.copy(Self.folder + "/" + name, as: name)
    let tokenizer = try #require(models[name]).tokenizer
    try FileManager.default.copyItem(
      atPath: Repository.root + "/Tests/LFTokenizersTests/Goldens/\(tokenizer).json",
      toPath: path + "/tokenizer.json")
    return path
  }

  /// A model's encoder.
  func encoder(
    _ name: String, _ options: TextEncoderOptions = TextEncoderOptions(), threads: Int = 2
  ) throws -> TextEncoder {
    try TextEncoder(try path(name), options: options, threads: threads)
  }

  /// Writes a file of the model's folder.
  func write(_ text: String, to file: String, of name: String) throws {
    try Data(text.utf8).write(to: URL(filePath: try path(name) + "/" + file))
  }
}

/// The largest difference; infinite where the shapes are not the same.
func distance(_ a: [Float], _ b: [Float]) -> Float {
  guard a.count == b.count else { return .infinity }
  return zip(a, b).map { abs($0 - $1) }.max() ?? 0
}
