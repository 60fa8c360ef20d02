public import LFCore
import LFFiles
public import LFModels
import LFTokenizers

/// Where rows of tokens come from: a file of inputs, the same for all models, or
/// texts, which every model reads through its own tokenizer.
public struct EvaluationSource: Sendable {
  private enum Content {
    case rows(EvaluationRows)
    case lines([LineReader.Line], name: String)
  }

  private let content: Content

  /// Token ids from a safetensors file.
  ///
  /// - Throws: `evaluate.inputs`.
  public init(inputs path: String) throws(LFError) {
    content = .rows(try EvaluationRows(inputs: path))
  }

  /// Texts, one a line; `-` is standard input.
  ///
  /// - Throws: `text.empty` when there is none.
  public init(text path: String) throws(LFError) {
    var reader = try LineReader(path)
    var lines: [LineReader.Line] = []
    while let line = try reader.next() { lines.append(line) }
    guard !lines.isEmpty else {
      throw .refused(
        "text.empty", at: .init(file: reader.name), expected: "at least one line", found: "none")
    }
    content = .lines(lines, name: reader.name)
  }

  /// The rows for a model. Texts are not cut: an evaluation takes them in pieces.
  ///
  /// - Throws: `tokenizer.*`, with the line.
  public func rows(for model: OpenedModel) throws(LFError) -> EvaluationRows {
    switch content {
    case .rows(let rows): return rows
    case .lines(let lines, let name):
      let tokenizer = try model.tokenizer()
      var options = EncodingOptions()
      options.truncation = .none
      var rows: [EvaluationRows.Row] = []
      for line in lines {
        do throws(LFError) {
          let encoding = try tokenizer.encode(utf8: line.bytes, options: options)
          rows.append(
            EvaluationRows.Row(
              ids: encoding.ids,
              characters: encoding.list.map { $0.isSpecial ? 0 : $0.end - $0.start }))
        } catch {
          var error = error
          error.location.offset = line.offset + (error.location.offset ?? 0)
          throw error.located(file: name, entry: "line \(line.index + 1)")
        }
      }
      return EvaluationRows(rows: rows, origin: name)
    }
  }
}
