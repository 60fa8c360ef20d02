import LFCore
import LFFamilies

/// Which tokens a head makes global when the caller does not say.
///
/// As in Hugging Face's Longformer classes: the first token for sequence
/// classification; the question (all before the first separator) for question
/// answering; what follows the two separators after the first part for
/// multiple choice; no token for the rest. Unlike there, separators are counted
/// in every sequence, not in the batch.
struct DefaultGlobalAttention {
  let configuration: ModelConfiguration

  /// The mask, [N·S].
  ///
  /// - Throws: `input.separators` when a sequence has not three of them.
  func mask(ids: [Int], length: Int) throws(LFError) -> [Int] {
    var mask = Array(repeating: 0, count: ids.count)  // [N·S]
    if !configuration.hasGlobalTokens { return mask }
    for start in stride(from: 0, to: ids.count, by: length) {
      switch configuration.head {
      case .bare, .maskedLanguageModel, .tokenClassification: break
      case .sequenceClassification: mask[start] = 1
      case .questionAnswering:
        let separator = try firstSeparator(ids[start..<start + length], start / length)
        for token in start..<separator { mask[token] = 1 }
      case .multipleChoice:
        let separator = try firstSeparator(ids[start..<start + length], start / length)
        for token in min(separator + 2, start + length)..<start + length { mask[token] = 1 }
      }
    }
    return mask
  }

  private func firstSeparator(_ ids: ArraySlice<Int>, _ sequence: Int) throws(LFError) -> Int {
    let separators = ids.indices.filter { ids[$0] == configuration.separatorID }
    guard separators.count == 3, let first = separators.first else {
      throw .refused(
        "input.separators", at: .init(entry: "input_ids"),
        expected:
          "three separators (id \(configuration.separatorID)) in every sequence, "
          + "from which the global tokens follow",
        found: "\(separators.count) in sequence \(sequence)",
        hint: "give a global_attention_mask")
    }
    return first
  }
}
