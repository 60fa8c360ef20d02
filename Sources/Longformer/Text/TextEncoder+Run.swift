import LFCore
import LFEncoder

extension TextEncoder {
  /// What ends a call whose task was cancelled; its caller gets a
  /// `CancellationError`.
  static let cancelled = LFError(.internal, "text.cancelled", "the task was cancelled")

  func embeddings(
    of texts: [String], isCancelled: () -> Bool, progress: (EncodingProgress) -> Void
  ) throws(LFError) -> [TextEmbedding] {
    try results(
      of: texts, for: .vector, progress: progress, isCancelled: isCancelled,
      each: { (pass, part, text) throws(LFError) in
        embedding(text, pass.states(of: part).values)
      })
  }

  /// Runs texts, as many together as a pack takes, and makes something of each.
  ///
  /// All texts are checked before any is run.
  ///
  /// - Parameter body: gets the pass after its last layer and the text's place in
  ///   it.
  func results<Result>(
    of texts: [String], for use: TextUse, progress: (EncodingProgress) -> Void,
    isCancelled: () -> Bool = { false },
    each body: (PackedPass, Int, PreparedText) throws(LFError) -> Result
  ) throws(LFError) -> [Result] {
    var prepared: [PreparedText] = []
    for (index, text) in texts.enumerated() {
      if isCancelled() { throw Self.cancelled }
      do throws(LFError) {
        prepared.append(try prepare(utf8: Array(text.utf8), for: use))
      } catch {
        throw error.located(file: "text \(index)")
      }
    }
    var results: [Result] = []
    var tokens = 0
    for range in model.encoder.packs(of: prepared.map(\.tokenCount)) {
      let pack = Array(prepared[range])
      let pass = try run(pack, isCancelled)
      for (part, text) in pack.enumerated() {
        results.append(try body(pass, part, text))
        tokens += text.tokenCount
      }
      progress(EncodingProgress(texts: results.count, textCount: texts.count, tokens: tokens))
    }
    return results
  }
}
