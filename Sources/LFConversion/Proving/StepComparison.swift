import LFCore
import LFEncoder

/// What two forward passes in step computed, compared after every step.
struct StepComparison {
  /// What was found in a row of the inputs, over all steps.
  struct Finding {
    /// Largest difference.
    var difference = 0.0
    /// The difference that came closest to its bound, as a part of it.
    var share = 0.0
  }

  let inputs: OracleInputs
  /// What the source is called.
  let name: String
  /// For each row.
  private(set) var findings: [Finding]

  /// The code of the error for a difference that rounding does not explain.
  static let differs = "check.forward"

  init(inputs: OracleInputs, name: String) {
    self.inputs = inputs
    self.name = name
    findings = Array(repeating: Finding(), count: inputs.rows.count)
  }

  /// Compares the outputs of a step.
  ///
  /// - Parameters:
  ///   - expected: of the source.
  ///   - found: of the result, from the same states.
  ///   - moved: of the source, each time with other noise.
  ///   - step: as in "encoder layer 3".
  /// - Throws: `forward.overflow` for numbers beyond float32, `check.forward`
  ///   for a difference that rounding does not explain.
  mutating func add(
    _ expected: [OutputTensor], _ found: [OutputTensor], moved: [[OutputTensor]], step: String
  ) throws(LFError) {
    for (place, output) in expected.enumerated() {
      guard place < found.count, found[place].name == output.name,
        found[place].shape == output.shape
      else {
        throw LFError(.internal, Self.differs, "the two models differ in \(output.name)")
      }
      for row in inputs.rows.indices {
        let values = inputs.block(output, row)
        try refuseOverflow(values.numbers, of: "\(name)'s", step)
        let others = inputs.block(found[place], row)
        try refuseOverflow(others.numbers, of: "the Longformer's", step)
        let bound = RoundingBound(
          values: values.numbers, moved: moved.map { inputs.block($0[place], row).numbers },
          width: values.width)
        for (index, value) in values.numbers.enumerated() {
          let difference = abs(Double(value) - Double(others.numbers[index]))
          guard difference <= bound[index] else {
            throw LFError(
              .internal, Self.differs,
              "the written Longformer differs from \(name) by \(difference.rounded3) in \(step), "
                + "input \(inputs.rows[row].name), token \(index / max(1, values.width)), where "
                + "rounding explains \(bound[index].rounded3)",
              hint: "nothing was published; please report this")
          }
          findings[row].difference = max(findings[row].difference, difference)
          findings[row].share = max(findings[row].share, difference / bound[index])
        }
      }
    }
  }

  private func refuseOverflow(
    _ values: [Float], of whose: String, _ step: String
  ) throws(LFError) {
    guard !values.allSatisfy(\.isFinite) else { return }
    throw .refused(
      "forward.overflow", expected: "numbers that float32 can hold in \(whose) forward pass",
      found: "a NaN or an infinity in \(step)",
      hint: "--no-check converts it without the proofs; every forward pass in float32 will find "
        + "the same")
  }
}
