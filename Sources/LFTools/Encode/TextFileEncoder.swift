package import LFCore
package import LFFiles
package import Longformer

/// The lines of a text file through a model, some at a time: neither texts nor
/// results are kept.
package struct TextFileEncoder {
  /// A line and what became of it.
  package struct Line: Sendable {
    /// Its number, from 0 on.
    package let index: Int
    /// Its vector or states.
    package let embedding: TextEmbedding
  }

  /// How far it is.
  package struct Progress: Sendable {
    /// Lines that are done.
    package var lines = 0
    /// Tokens that went through the model.
    package var tokens = 0
    /// Lines that were cut.
    package var cutLines = 0
    /// The part of the file that is done; nil for standard input.
    package var fraction: Double?
  }

  private let encoder: TextEncoder
  private var reader: LineReader

  /// Reads lines from where the reader is.
  package init(_ encoder: TextEncoder, _ reader: LineReader) {
    self.encoder = encoder
    self.reader = reader
  }

  /// Encodes all lines, in their order.
  ///
  /// - Parameters:
  ///   - progress: called after every few lines.
  ///   - body: takes each line's result.
  /// - Throws: `tokenizer.*`, `text.*` with the line; `encode.not-finite`.
  package mutating func run(
    progress report: (Progress) -> Void, _ body: (Line) throws(LFError) -> Void
  ) throws(LFError) -> Progress {
    var progress = Progress()
    var pack = TextPack(canPack: encoder.canPack)
    var first = 0
    var end = 0
    func flush() throws(LFError) {
      let results = try encoder.embeddings(of: pack.texts)
      pack.removeAll()
      for (place, embedding) in results.enumerated() {
        guard embedding.values.allSatisfy(\.isFinite) else {
          throw .refused(
            "encode.not-finite", at: .init(file: reader.name, entry: "line \(first + place + 1)"),
            expected: "finite numbers", found: "NaN or infinity")
        }
        progress.lines += 1
        progress.tokens += embedding.tokenCount
        if embedding.cutCount > 0 { progress.cutLines += 1 }
        try body(Line(index: first + place, embedding: embedding))
      }
      first += results.count
      if let size = reader.byteCount { progress.fraction = Double(end) / Double(max(1, size)) }
      report(progress)
    }
    while let line = try reader.next() {
      let text = try prepare(line)
      if pack.isFull(for: text) { try flush() }
      pack.append(text)
      end = line.offset + line.bytes.count
    }
    try flush()
    return progress
  }

  private func prepare(_ line: LineReader.Line) throws(LFError) -> PreparedText {
    do throws(LFError) {
      return try encoder.prepare(utf8: line.bytes)
    } catch {
      var error = error
      error.location.offset = line.offset + (error.location.offset ?? 0)
      (error.location.file, error.location.entry) = (reader.name, "line \(line.index + 1)")
      throw error
    }
  }
}
