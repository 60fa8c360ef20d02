import LFCore
import LFEncoder
import LFFamilies

/// Inputs made from a seed, by a rule that others can follow.
///
/// `Specs/golden.md` states the rule, and a test holds it against a script: the
/// same model, length and seed give the same inputs in any language.
struct SeededInputs {
  let length: Int
  let seed: Int

  /// One sequence, or two choices, of random ids that are no padding; in a model
  /// with global tokens the first of each is one.
  ///
  /// - Throws: `input.length` and `golden.vocabulary` before anything of that
  ///   size is allocated.
  func inputs(for model: ModelConfiguration, at path: String) throws(LFError) -> EncoderInputs {
    guard (1...model.longestInput).contains(length) else {
      throw .refused(
        "input.length", at: .init(file: path),
        expected: "1 to \(model.longestInput) tokens, the longest input of this model",
        found: "--length \(length)")
    }
    let hasPadding = (0..<model.vocabularySize).contains(model.paddingID)
    let ordinary = model.vocabularySize - (hasPadding ? 1 : 0)
    guard ordinary > 0 else {
      throw .refused(
        "golden.vocabulary", at: .init(file: path), expected: "ids that are no padding",
        found: "a vocabulary of \(model.vocabularySize)")
    }
    let choices = model.head == .multipleChoice ? 2 : nil
    let tokens = length * (choices ?? 1)
    var draws = SplitMix64(seed: UInt64(bitPattern: Int64(seed)))
    let ids = (0..<tokens).map { _ in
      let rank = Int(draws.next().multipliedFullWidth(by: UInt64(ordinary)).high)
      return hasPadding && rank >= model.paddingID ? rank + 1 : rank
    }
    let global = (0..<tokens).map { $0.isMultiple(of: length) ? 1 : 0 }
    return EncoderInputs(
      batch: 1, choices: choices, length: length, inputIDs: ids,
      globalAttentionMask: model.hasGlobalTokens ? global : nil)
  }
}
