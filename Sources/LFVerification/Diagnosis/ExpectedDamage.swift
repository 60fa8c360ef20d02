import LFCore
import LFFamilies
import LFFiles

/// Faults of the golden itself: expected values that no model can have computed
/// from its inputs.
struct ExpectedDamage {
  let run: CaseRun
  let comparisons: [OutputComparison]

  /// Expected values that are no numbers.
  var notFinite: Diagnosis? {
    guard
      let broken = comparisons.first(where: {
        if case .expectedNotFinite = $0.flaw { true } else { false }
      })
    else { return nil }
    return Diagnosis(
      .expectedValues,
      "\(file) is damaged: of \(broken.name) \(broken.message), which no model computes",
      isConfirmed: true)
  }

  /// Expected outputs of a shape that the inputs, or the other expected outputs,
  /// contradict.
  var shapes: Diagnosis? {
    let misshapen = comparisons.compactMap { comparison in
      if case .shape(let expected) = comparison.flaw {
        (comparison.name, comparison.shape, expected)
      } else {
        nil
      }
    }
    guard let (name, own, expected) = misshapen.first else { return nil }
    let shapes = "\(name) has the shape \(expected), where this model computes \(own)"
    for (name, own, expected) in misshapen where !fitsInputs(name, expected, own) {
      return Diagnosis(
        .expectedValues,
        "\(file) is damaged, or belongs to other inputs: \(name) has the shape \(expected), and "
          + "the inputs lead to \(own)", isConfirmed: true)
    }
    let widths = Set(
      run.expected.outputs.filter {
        OutputComparison.layer($0.name) != nil || $0.name == "last_hidden_state"
      }.compactMap(\.shape.last))
    if widths.count > 1 {
      return Diagnosis(
        .expectedValues,
        "\(file) is damaged: its hidden states have widths of \(Self.list(widths)); \(shapes)",
        isConfirmed: true)
    }
    if let width = widths.first, width != run.configuration.hiddenSize {
      return Diagnosis(
        .expectedValues,
        "\(file) holds the outputs of another model: its hidden states are \(width) wide, this "
          + "model's \(run.configuration.hiddenSize)")
    }
    return Diagnosis(
      .expectedValues,
      "\(file) is damaged, or was made with another head: \(shapes)")
  }

  private var file: String { Paths.name(run.golden.expected) }

  /// Whether the dimensions that follow from the inputs alone are right: all but
  /// the last, and of attention probabilities all but the number of heads.
  private func fitsInputs(_ name: String, _ expected: [Int], _ own: [Int]) -> Bool {
    guard expected.count == own.count else { return false }
    let fixed =
      OutputComparison.attentionLayer(name) == nil
      ? Array(own.indices.dropLast(isByLabels(name) ? 1 : 0)) : [0, 2, 3]
    return fixed.allSatisfy { expected[$0] == own[$0] }
  }

  /// Whether the last dimension of an output is the model's, not the inputs'.
  private func isByLabels(_ name: String) -> Bool {
    guard !["start_logits", "end_logits"].contains(name) else { return false }
    // A number for each choice.
    return !(name == "logits" && run.configuration.head == .multipleChoice)
  }

  private static func list(_ numbers: Set<Int>) -> String {
    numbers.sorted().prefix(6).map(String.init).joined(separator: ", ")
  }
}
