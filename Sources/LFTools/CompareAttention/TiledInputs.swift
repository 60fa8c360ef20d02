import LFCore
import LFEncoder
import LFFamilies

/// Inputs of any length for a model: beyond its longest input the position
/// embeddings are repeated, as in the table of a converted model.
struct TiledInputs {
  let configuration: ModelConfiguration

  /// One row as inputs [1,S].
  func inputs(_ row: EvaluationRows.Row) -> EncoderInputs {
    EncoderInputs(
      batch: 1, length: row.ids.count, inputIDs: row.ids, attentionMask: row.mask,
      globalAttentionMask: nil, tokenTypeIDs: row.types, positionIDs: positions(row.ids))
  }

  /// Random tokens, [1,S].
  func random(length: Int) -> EncoderInputs {
    var tokens = RandomTokens(configuration)
    let ids = (0..<length).map { _ in tokens.next() }
    return EncoderInputs(batch: 1, length: length, inputIDs: ids, positionIDs: positions(ids))
  }

  /// Rows of the position table; nil where the model reads the row as it is.
  private func positions(_ ids: [Int]) -> [Int]? {
    let longest = configuration.longestInput
    guard ids.count > longest else { return nil }
    let countsAll = configuration.positions == .fromZero
    var count = 0
    return ids.map { id in
      guard countsAll || id != configuration.paddingID else { return configuration.paddingID }
      defer { count += 1 }
      return configuration.firstPosition + count % longest
    }
  }
}
