package import LFCore

/// What of a tokenizer is among a model's files.
package enum TokenizerParts {
  /// Files that together turn text into ids, each way of it in the order in
  /// which Hugging Face's library prefers them.
  private static let complete: [[String]] = [
    ["tokenizer.json"], ["vocab.json", "merges.txt"], ["vocab.txt"],
    ["sentencepiece.bpe.model"], ["sentencepiece.model"], ["spiece.model"], ["spm.model"],
    ["tokenizer.model"],
  ]

  /// Names of the files that make up a tokenizer, of all ways that are there;
  /// none when there is no tokenizer.
  package static func names(in files: [CarriedFile]) -> [String] {
    let present = Set(files.map(\.name))
    return complete.filter { $0.allSatisfy(present.contains) }.flatMap { $0 }
  }
}
