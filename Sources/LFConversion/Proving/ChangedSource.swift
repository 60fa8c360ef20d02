import LFCore
import LFModels

/// Tells a source that changed while it was read from a result that is wrong.
///
/// A proof compares what was written with what the source holds by then. Where
/// that fails, the source is read again by the plan that was written by: if it
/// would give the same bytes, the result is wrong; if it would give others, and
/// the output holds what was read when it was written, the source is not any more
/// what it was.
/// Files that are recorded are also compared by size, time and inode
/// (`InputRecord`), which notices less than this: a time can be set back.
struct ChangedSource {
  let content: OutputContent
  let writer: any OutputWriter
  let written: OpenedModel
  /// The source's path.
  let path: String
  let threads: Int

  /// What to tell in place of a proof's error; nil when the source would give
  /// the same bytes again.
  func explanation(of error: LFError) -> LFError? {
    guard error.kind == .internal, error.code.hasPrefix("check.") else { return nil }
    let again = ComposedSource(base: content.base, composed: content.tensors)
    var pairs: [ByteComparison.Pair] = []
    for (index, tensor) in again.tensors.enumerated() {
      guard let left = written.source.index(of: tensor.name) else { continue }
      pairs.append(.init(name: tensor.name, left: left, right: index))
    }
    do throws(LFError) {
      try ByteComparison(left: written.source, right: again)
        .check(pairs, threads: threads) { Self.changed($0) }
      return nil
    } catch {
      guard error.code == Self.code else { return nil }
      // What was written must be what was read then, or the fault is here.
      let isIntact = (try? writer.isIntact(written, threads: threads)) ?? false
      return isIntact ? error.located(file: path) : nil
    }
  }

  private static let code = "io.changed"

  private static func changed(_ name: TensorName) -> LFError {
    LFError(
      .io, code, "the file changed while it was read: this tensor is not any more what was written",
      at: .init(entry: name.text), hint: "try again when nothing writes to it")
  }
}
