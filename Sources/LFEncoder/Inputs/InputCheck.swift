import LFCore
import LFFamilies

/// The checks of a model's inputs, each with its own message.
struct InputCheck {
  let configuration: ModelConfiguration

  /// Number of sequences, after the counts have been compared.
  ///
  /// - Throws: `input.shape`.
  func sequenceCount(_ inputs: EncoderInputs) throws(LFError) -> Int {
    let isChoice = configuration.head == .multipleChoice
    guard (inputs.choices != nil) == isChoice else {
      throw .refused(
        "input.shape", at: .init(entry: "input_ids"),
        expected: isChoice
          ? "inputs of shape [batch, choices, length]" : "inputs of shape [batch, length]",
        found: isChoice ? "no choices" : "choices, which only a multiple choice head can use")
    }
    let choices = inputs.choices ?? 1
    let (count, first) = inputs.batch.multipliedReportingOverflow(by: choices)
    let (tokens, second) = count.multipliedReportingOverflow(by: inputs.length)
    guard inputs.batch >= 1, choices >= 1, inputs.length >= 1, !first, !second else {
      throw .refused(
        "input.shape", at: .init(entry: "input_ids"), expected: "dimensions of 1 or more",
        found: "[\(inputs.batch), \(choices), \(inputs.length)]")
    }
    let parts: [(String, [Int]?)] = [
      ("input_ids", inputs.inputIDs), ("attention_mask", inputs.attentionMask),
      ("global_attention_mask", inputs.globalAttentionMask),
      ("token_type_ids", inputs.tokenTypeIDs), ("position_ids", inputs.positionIDs),
    ]
    for (name, values) in parts {
      guard let values, values.count != tokens else { continue }
      throw .refused(
        "input.shape", at: .init(entry: name), expected: "\(tokens.counted("value"))",
        found: "\(values.count)")
    }
    return count
  }

  /// Checks rows of a table.
  ///
  /// - Throws: `input.range`.
  func ids(_ ids: [Int], _ name: String, rows: Int) throws(LFError) {
    guard let token = ids.firstIndex(where: { $0 < 0 || $0 >= rows }) else { return }
    throw .refused(
      "input.range", at: .init(entry: name), expected: "values from 0 to \(rows - 1)",
      found: "\(ids[token]) at token \(token)")
  }

  /// Checks a mask.
  ///
  /// - Throws: `input.mask`.
  func mask(_ mask: [Int], _ name: String) throws(LFError) {
    guard let token = mask.firstIndex(where: { $0 != 0 && $0 != 1 }) else { return }
    throw .refused(
      "input.mask", at: .init(entry: name), expected: "zeros and ones",
      found: "\(mask[token]) at token \(token)")
  }

  /// Position rows by the family's scheme: from zero for every token, or from
  /// the row after the padding row for tokens other than the padding token,
  /// which itself gets the padding row.
  ///
  /// - Throws: `input.length` when the table has too few rows.
  func positions(_ ids: [Int], length: Int) throws(LFError) -> [Int] {
    let padding = configuration.paddingID
    let countsAll = configuration.positions == .fromZero
    var positions: [Int] = []
    positions.reserveCapacity(ids.count)
    var count = 0
    for (token, id) in ids.enumerated() {
      if token.isMultiple(of: length) { count = 0 }
      if id == padding && !countsAll {
        positions.append(padding)
        continue
      }
      count += 1
      positions.append(countsAll ? count - 1 : padding + count)
      guard count <= configuration.longestInput else {
        let row = ids[token / length * length..<token / length * length + length]
        let found = countsAll ? length : row.count { $0 != padding }
        throw .refused(
          "input.length", at: .init(entry: "input_ids"),
          expected:
            "at most \(configuration.longestInput) tokens, the longest input of this model",
          found: "\(found) in sequence \(token / length)")
      }
    }
    return positions
  }
}
