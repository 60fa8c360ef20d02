package import LFCore
package import LFFamilies

/// Inputs that have been checked against a model, with everything filled in that
/// they leave out: positions, types and masks, by the rules of family and head.
///
/// N is the number of sequences: B, or B·C for multiple choice.
package struct PreparedInputs: Sendable {
  let batch: Int
  let choices: Int?
  package let length: Int
  package let ids: [Int]  // [N·S]
  package let positions: [Int]  // [N·S]
  package let types: [Int]  // [N·S]
  let sequences: [SequenceMask]  // [N]

  /// Tokens of all sequences.
  var tokens: Int { sequences.count * length }

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
  }
}
