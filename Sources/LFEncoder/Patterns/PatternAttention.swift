import LFCore
import LFFamilies

/// The computation of one layer's attention, by its pattern.
protocol PatternAttention: Sendable {
  /// Writes the context of every token; what it writes for global tokens is
  /// replaced afterwards.
  func run() throws(LFError)

  /// What a head of a sequence sees, where that depends on the states; nil where
  /// the pattern's rule says it all. After `run`.
  func settledRule(sequence: Int, head: Int) -> (any AttentionRule)?
}

extension PatternAttention {
  func settledRule(sequence: Int, head: Int) -> (any AttentionRule)? { nil }
}

/// Local keys and values of a sequence's global tokens, close together: local
/// queries see these in one softmax with the keys of their pattern.
struct GlobalKeys: Sendable {
  let keys: Matrix  // [g, H]
  let values: Matrix  // [g, H]

  /// Those of one head, packed.
  func packed(_ columns: Range<Int>, in memory: KeyMemory) -> PackedKeys {
    PackedKeys(keys.columns(columns), values.columns(columns), end: keys.rows, in: memory)
  }
}

extension AttentionContext {
  /// The global keys of every sequence; nil where it has none, or no token that
  /// would look at them.
  func globalKeys() throws(LFError) -> [GlobalKeys?] {
    var found: [GlobalKeys?] = []
    let hidden = configuration.hiddenSize
    for (sequence, mask) in inputs.sequences.enumerated() {
      guard !mask.globals.isEmpty, mask.hasLocal else {
        found.append(nil)
        continue
      }
      let projected = memory.projected.rows(rows(of: sequence))  // [S, 3H]
      found.append(
        GlobalKeys(
          keys: try projected.columns(hidden..<2 * hidden).gathered(mask.globals),
          values: try projected.columns(2 * hidden..<3 * hidden).gathered(mask.globals)))
    }
    return found
  }

  /// Writes the context of padded tokens, which is zero.
  func clearPadding() {
    for (sequence, mask) in inputs.sequences.enumerated() {
      for position in mask.isKept.indices where !mask.isKept[position] {
        let row = inputs.starts[sequence] + position
        memory.context.rows(row..<row + 1).fill(0)
      }
    }
  }
}
