import Foundation
import FuzzSupport
import LFTokenizers

/// The goldens' tokenizers, one of each kind.
private let tokenizers: [Tokenizer] = {
  let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
  let folder = tests.appending(path: "LFTokenizersTests/Goldens")
  let names = [
    "roberta", "bytes-template", "bert-uncased", "unigram", "unigram-bytes", "word-level",
    "bpe-fallback", "bpe-affixes", "byte-normalizer",
  ]
  let result = FuzzedTokenizer.tokenizers(
    names.compactMap { name in
      (try? Data(contentsOf: folder.appending(path: name + ".json"))).map { [UInt8]($0) }
    })
  precondition(result.count == names.count, "tokenizers are missing")
  return result
}()

/// A text for a tokenizer of any kind.
@main struct TextFuzzer {
  static func main() {
    fuzz {
      FuzzedTokenizer.encode(bytes($0, $1), with: tokenizers)
      return 0
    }
  }
}
