import LFCore
import LFEncoder
import LFFamilies

/// Inputs on which a result must compute what its source computes: every token
/// sees the same tokens in both.
///
/// Three rows in one batch: all tokens global, none, and the first alone. Where
/// the window is dilated, tokens stand as far apart as the dilations ask for,
/// with padding between them, so that they see each other.
struct OracleInputs {
  /// A row of the batch.
  struct Row {
    let name: String
    /// Slots of its tokens; padding is everywhere else.
    let slots: [Int]
    /// How many of its tokens are global, from the first on.
    let globalCount: Int
  }

  /// The rows that test something.
  let rows: [Row]
  /// Rows that would test nothing, and why.
  let skipped: [(name: String, reason: String)]
  /// Slots of a row.
  let width: Int

  private let source: ModelConfiguration
  private let result: ModelConfiguration
  /// Whether the source's tokens are made global as well.
  private let sourceHasGlobals: Bool

  /// Tokens of the longest row.
  private static let length = 10

  /// Finds the longest rows that test something.
  ///
  /// - Parameters:
  ///   - source: what the result is compared with.
  ///   - sourceHasGlobals: whether tokens that are global in the result are
  ///     global in the source too, if it can have such tokens.
  init(
    source: ModelConfiguration, result: ModelConfiguration, sourceHasGlobals: Bool = true
  ) {
    self.source = source
    self.result = result
    self.sourceHasGlobals = sourceHasGlobals && source.hasGlobalTokens
    let longest = min(source.longestInput, result.longestInput, Self.length)
    let sight = SharedSight(source: source, result: result, sourceHasGlobals: self.sourceHasGlobals)
    var rows: [Row] = []
    var skipped: [(name: String, reason: String)] = []
    if longest < 2 {
      for name in result.hasGlobalTokens ? Self.names : [Self.noGlobal] {
        skipped.append((name, "an input of one token tests nothing"))
      }
    } else {
      if result.hasGlobalTokens {
        let slots = Array(0..<longest)
        rows.append(Row(name: Self.allGlobal, slots: slots, globalCount: longest))
      }
      for (name, globalCount) in [(Self.noGlobal, 0), (Self.firstGlobal, 1)]
      where globalCount == 0 || result.hasGlobalTokens {
        if let slots = sight.longestRow(longest, globalCount: globalCount) {
          rows.append(Row(name: name, slots: slots, globalCount: globalCount))
        } else {
          skipped.append(
            (
              name,
              "window too narrow to test: no two tokens up to \(SharedSight.widest) apart see the same in "
                + "both models"
            ))
        }
      }
    }
    self.rows = rows
    self.skipped = skipped
    width = (rows.compactMap(\.slots.last).max() ?? 0) + 1
  }

  static let allGlobal = "all-global"
  static let noGlobal = "no-global"
  static let firstGlobal = "first-global"
  /// The rows of a Longformer.
  static let names = [allGlobal, noGlobal, firstGlobal]

  /// Tokens of all rows.
  var tokenCount: Int { rows.reduce(0) { $0 + $1.slots.count } }

  /// The batch for the source. Random ids that are not the padding token, the
  /// same at every run.
  var sourceBatch: EncoderInputs { batch(source, hasGlobals: sourceHasGlobals) }
  /// The batch for the result.
  var resultBatch: EncoderInputs { batch(result, hasGlobals: true) }

  private func batch(_ model: ModelConfiguration, hasGlobals: Bool) -> EncoderInputs {
    var tokens = RandomTokens(source)
    let count = rows.count * width
    var ids = Array(repeating: source.paddingID, count: count)
    var mask = Array(repeating: 0, count: count)
    var global = Array(repeating: 0, count: count)
    var positions = Array(repeating: 0, count: count)
    for (number, row) in rows.enumerated() {
      for (token, slot) in row.slots.enumerated() {
        let place = number * width + slot
        ids[place] = tokens.next()
        mask[place] = 1
        positions[place] = model.firstPosition + token
        if hasGlobals, token < row.globalCount { global[place] = 1 }
      }
    }
    // Where positions count from zero, padding between tokens counts as well.
    let isSpread = rows.contains { $0.slots.count <= $0.slots.last ?? 0 }
    return EncoderInputs(
      batch: rows.count, choices: source.head == .multipleChoice ? 1 : nil, length: width,
      inputIDs: ids, attentionMask: mask,
      globalAttentionMask: model.hasGlobalTokens ? global : nil,
      positionIDs: isSpread && model.positions == .fromZero ? positions : nil)
  }

  /// One row's numbers of its tokens, or of the whole row, [tokens, width].
  func block(_ output: OutputTensor, _ row: Int) -> (numbers: [Float], width: Int) {
    let count = output.values.count / max(1, rows.count)
    let start = row * count
    // Outputs of a whole row, and those of each token.
    guard output.shape.count > 2 || output.name.hasSuffix("_logits") else {
      return (Array(output.values[start..<start + count]), count)
    }
    let columns = count / max(1, width)
    let numbers = rows[row].slots.flatMap { slot in
      output.values[start + slot * columns..<start + (slot + 1) * columns]
    }
    return (numbers, columns)
  }

  /// How far two outputs lie apart at the tokens; nil where a number is none.
  func largestDifference(_ old: OutputTensor, _ new: OutputTensor) -> Double? {
    guard old.shape == new.shape else { return nil }
    var largest = 0.0
    for row in rows.indices {
      for (before, after) in zip(block(old, row).numbers, block(new, row).numbers) {
        let difference = abs(Double(before) - Double(after))
        guard difference.isFinite else { return nil }
        largest = max(largest, difference)
      }
    }
    return largest
  }
}
