public import LFCore
public import LFFamilies

extension AttentionName {
  /// Inputs for a model with this attention: the positions that the name makes
  /// global are so in every sequence, whatever the mask said. Without such
  /// positions the mask stays, and must name no global token.
  ///
  /// - Throws: `input.attention` for a position that is not there.
  public func applied(to inputs: EncoderInputs) throws(LFError) -> EncoderInputs {
    guard let globals else { return inputs }
    if let last = globals.list.last, last >= inputs.length {
      throw .refused(
        "input.attention", at: .init(entry: "input_ids"),
        expected: "more than \(last) tokens, as that position is global", found: "\(inputs.length)")
    }
    var row = [Int](repeating: 0, count: inputs.length)
    for position in globals.list { row[position] = 1 }
    var copy = inputs
    let count = inputs.inputIDs.count / max(1, inputs.length)
    copy.globalAttentionMask = Array(repeatElement(row, count: count).joined())
    return copy
  }
}
