import LFCore
import LFEncoder
import LFFamilies

/// What rounding the weights does to the outputs: the written model against the
/// source as it was, on the oracles' inputs, from the ids to the last output.
struct RoundingEffect {
  let original: RecognizedModel
  /// The weights before they were rounded.
  let originalSource: any TensorSource
  let result: RecognizedModel
  let written: any TensorSource
  let threads: Int
  /// As in `Oracles`.
  var resetsGlobalProjections = false

  static let name = "rounding"

  /// Measures it; nothing here is right or wrong.
  func run() throws(LFError) -> ConversionReport.Check {
    let settings = original.configuration
    let reference = resetsGlobalProjections ? settings.seeingEverything : settings
    let inputs = OracleInputs(
      source: reference, result: result.configuration, sourceHasGlobals: !resetsGlobalProjections)
    guard !inputs.rows.isEmpty else {
      return .skipped(Self.name, "no input of two tokens or more that both models see whole")
    }
    var expected = try original.model(originalSource, as: reference, threads: threads)
      .begin(inputs.sourceBatch)
    let before = try expected.finish()
    var found = try result.model(written, threads: threads).begin(inputs.resultBatch)
    let after = try found.finish()
    var outputs: [(name: String, maxAbsolute: Double)] = []
    for (old, new) in zip(before, after) {
      guard let difference = inputs.largestDifference(old, new) else {
        return .skipped(Self.name, "the forward pass gives a NaN or an infinity")
      }
      outputs.append((old.name, difference))
    }
    let parts = outputs.map { "\($0.name) by up to \($0.maxAbsolute.rounded3)" }
    var check = ConversionReport.Check(
      name: Self.name,
      detail: "\(inputs.tokenCount.counted("token")), outputs differ from the unrounded source's: "
        + parts.joined(separator: ", "))
    check.status = .measured
    check.outputs = outputs
    return check
  }
}
