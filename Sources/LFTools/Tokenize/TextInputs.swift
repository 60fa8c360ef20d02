package import LFCore
package import LFEncoder
import LFFiles
package import LFModels
import LFTokenizers

/// The lines of a text file as one batch, filled up on the right.
package struct TextInputs: Sendable {
  /// A line that was cut.
  package struct Cut: Sendable {
    /// Its number, from 0 on.
    package let line: Int
    /// Tokens that were left out.
    package let count: Int
  }

  /// Most tokens, padding included.
  private static let mostTokens = 1 << 22

  /// The ids of each line, without padding.
  package let rows: [[Int]]
  /// Lines that were longer than the model reads.
  package let cuts: [Cut]
  /// Most tokens of a line; nil where the model is not known.
  package let longestInput: Int?
  /// Remarks of the tokenizer.
  package let notes: [String]
  private let paddingID: Int

  /// Reads all lines; `-` is standard input.
  ///
  /// - Throws: `tokenizer.*` with the line; `text.empty`, `text.size`.
  package init(
    _ path: String, model: String, options: OpenOptions = OpenOptions()
  ) throws(LFError) {
    let tokenizer = try TextTokenizer(model, options: options)
    var reader = try LineReader(path)
    var rows: [[Int]] = []
    var cuts: [Cut] = []
    var longest = 0
    while let line = try reader.next() {
      let encoding = try tokenizer.encode(line, of: reader.name)
      if encoding.cutCount > 0 { cuts.append(Cut(line: line.index, count: encoding.cutCount)) }
      rows.append(encoding.ids)
      longest = max(longest, encoding.count)
      let (tokens, overflow) = rows.count.multipliedReportingOverflow(by: longest)
      guard !overflow, tokens <= Self.mostTokens else {
        throw .refused(
          "text.size", at: .init(file: reader.name, entry: "line \(line.index + 1)"),
          expected: "at most \(Self.mostTokens) tokens in all lines, each as long as the longest",
          found: "more")
      }
    }
    guard longest > 0 else {
      throw .refused(
        "text.empty", at: .init(file: reader.name), expected: "at least one token", found: "none")
    }
    self.rows = rows
    self.cuts = cuts
    longestInput = tokenizer.longestInput
    notes = tokenizer.tokenizer.notes
    paddingID = tokenizer.paddingID
  }

  /// Tokens of the longest line.
  package var length: Int { rows.map(\.count).max() ?? 0 }

  /// One batch of all lines.  [N, S]
  package var inputs: EncoderInputs {
    let length = self.length
    var ids: [Int] = []
    var mask: [Int] = []
    for row in rows {
      let padding = length - row.count
      ids += row + Array(repeating: paddingID, count: padding)
      mask += Array(repeating: 1, count: row.count) + Array(repeating: 0, count: padding)
    }
    return EncoderInputs(
      batch: rows.count, length: length, inputIDs: ids, attentionMask: mask)
  }
}
