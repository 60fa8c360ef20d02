import Foundation

/// What torch and Hugging Face's classes find in the real BERTs that the tests
/// fetch (`Corpora/make_real_truth.py`).
struct RealTruth: Decodable {
  /// Hidden states of some tokens of an input, by token; of each the first few.
  struct Run: Decodable {
    let ids: [Int]
    let hidden: [String: [Float]]
    let window: Int?
    let positions: Int?
  }

  /// Tensors in the file, and the SHA-256 of some.
  let tensors: Int
  let sha256: [String: String]
  /// Ids of [SEP] and [PAD] in its tokenizer.
  let separator: Int
  let padding: Int
  /// Its own class on a short input, and a Longformer made of it on a long one
  /// with its first token global.
  let bert: Run
  let longformer: Run

  /// The facts about a checkpoint of `Golden/tools/fetch-real.sh`.
  static func about(_ name: String) throws -> RealTruth {
    let path = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Corpora/real/truth.json")
    struct All: Decodable {
      let minilm: RealTruth
      let antiberty: RealTruth
    }
    let all = try JSONDecoder().decode(All.self, from: Data(contentsOf: path))
    return name == "minilm" ? all.minilm : all.antiberty
  }
}
