import LFCore
import LFFamilies

/// Holds fairseq's `dict.txt` against the rows of the word embeddings.
enum DictionaryCheck {
  /// Checks the dictionary of a fairseq model, where there is one.
  ///
  /// The rows are the four special tokens, the file's lines and, with the task
  /// that RoBERTa was trained by, a mask token; rounded up to a multiple of 8
  /// where that was asked for.
  ///
  /// - Throws: `fairseq.vocabulary` for a dictionary of another model,
  ///   `fairseq.dictionary` for a malformed one.
  static func check(_ model: RecognizedModel, _ files: [CarriedFile]) throws(LFError) {
    guard model.table.dialect == .fairseq, let file = files.first(where: { $0.name == "dict.txt" })
    else { return }
    let dictionary = try FairseqDictionary(file)
    let rows = model.configuration.vocabularySize
    guard !fits(dictionary, rows: rows) else { return }
    let special = FairseqDictionary.specialTokens.count
    let lines =
      rows > special
      ? "\(rows - special - 1) or \(rows - special) lines" : "fewer lines than any dictionary has"
    throw .refused(
      "fairseq.vocabulary", at: .init(entry: file.name),
      expected: "\(lines), for the \(rows.counted("row")) of the word embeddings",
      found: "\(dictionary.lines.count)",
      hint: "put the dictionary that the model was trained with beside it, or move this one away")
  }

  /// Whether the word embeddings have the rows that a dictionary asks for.
  static func fits(_ dictionary: FairseqDictionary, rows: Int) -> Bool {
    let counts = [dictionary.tokenCount, dictionary.tokenCount + 1]
    return counts.contains(rows) || counts.contains { ($0 + 7) / 8 * 8 == rows }
  }
}
