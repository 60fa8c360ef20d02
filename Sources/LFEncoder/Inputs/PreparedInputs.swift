package import LFCore
package import LFFamilies

/// Inputs that have been checked against a model, with everything filled in that
/// they leave out: positions, types and masks, by the rules of family and head.
///
/// N is the number of sequences: B, or B·C for multiple choice.
package struct PreparedInputs: Sendable {
  let batch: Int
  let choices: Int?
  /// S; of sequences that are packed, the longest one's.
  package let length: Int
  package let ids: [Int]  // [N·S]
  package let positions: [Int]  // [N·S]
  package let types: [Int]  // [N·S]
  let sequences: [SequenceMask]  // [N]
  /// Where each sequence begins among all tokens, and where the last one ends.
  let starts: [Int]  // [N + 1]

  /// Tokens of all sequences.
  var tokens: Int { ids.count }

  /// A sequence's rows among those of all tokens.
  func rows(of sequence: Int) -> Range<Int> { starts[sequence]..<starts[sequence + 1] }

  /// Whether each token is no padding; [N·S].
  package var isKept: [Bool] { sequences.flatMap(\.isKept) }
  /// Whether each token is global, and no padding; [N·S].
  package var isGlobal: [Bool] { sequences.flatMap(\.isGlobal) }

  /// Checks inputs and fills in what they leave out.
  ///
  /// - Throws: `input.*`.
  package init(_ inputs: EncoderInputs, configuration: ModelConfiguration) throws(LFError) {
    let check = InputCheck(configuration: configuration)
    let count = try check.sequenceCount(inputs)
    for rule in configuration.attention.map(\.rule) {
      try rule.check(
        length: inputs.length, heads: configuration.headCount, headSize: configuration.headSize)
    }
    let length = inputs.length
    try check.ids(inputs.inputIDs, "input_ids", rows: configuration.vocabularySize)
    let types = inputs.tokenTypeIDs ?? Array(repeating: 0, count: count * length)
    try check.ids(types, "token_type_ids", rows: configuration.tokenTypeCount)
    let positions: [Int]  // [N·S]
    if let given = inputs.positionIDs {
      positions = given
    } else {
      positions = try check.positions(inputs.inputIDs, length: length)
    }
    try check.ids(positions, "position_ids", rows: configuration.positionCount)
    let attention = inputs.attentionMask ?? Array(repeating: 1, count: count * length)
    try check.mask(attention, "attention_mask")
    let global: [Int]  // [N·S]
    if let given = inputs.globalAttentionMask {
      global = given
    } else {
      global = try DefaultGlobalAttention(configuration: configuration).mask(
        ids: inputs.inputIDs, length: length)
    }
    try check.mask(global, "global_attention_mask")
    if !configuration.hasGlobalTokens, let token = global.firstIndex(of: 1) {
      throw .refused(
        "input.global-mask", at: .init(entry: "global_attention_mask"),
        expected: "no global token, because this model's attention has none",
        found: "one at token \(token)")
    }

    batch = inputs.batch
    choices = inputs.choices
    self.length = length
    ids = inputs.inputIDs
    self.positions = positions
    self.types = types
    sequences = (0..<count).map { sequence in
      let range = sequence * length..<(sequence + 1) * length
      return SequenceMask(attention: attention[range], global: global[range])
    }
    starts = (0...count).map { $0 * length }
  }

  /// Inputs one behind the other, each sequence with the length that it has.
  ///
  /// - Parameter parts: of one model; at least one.
  init(packing parts: [PreparedInputs]) {
    batch = parts.reduce(0) { $0 + $1.batch }
    choices = parts.first?.choices
    length = parts.map(\.length).max() ?? 0
    ids = parts.flatMap(\.ids)
    positions = parts.flatMap(\.positions)
    types = parts.flatMap(\.types)
    sequences = parts.flatMap(\.sequences)
    var starts = [0]
    for mask in sequences { starts.append(starts[starts.count - 1] + mask.isKept.count) }
    self.starts = starts
  }
}
