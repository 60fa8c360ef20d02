import LFCore
import LFEncoder
import LFFamilies

/// Proofs through the forward pass that need no golden file: where a Longformer
/// sees everything, it computes what the RoBERTa or BERT computes that it was
/// made from. A Longformer with another length or other windows computes what
/// the old one does where both see everything.
///
/// For results whose bytes are proven already: the layers' weights are taken
/// from what was written, once for both models.
struct Oracles {
  let original: RecognizedModel
  let originalSource: any TensorSource
  let longformer: RecognizedModel
  let written: any TensorSource
  let threads: Int

  /// How far the two forward passes may lie apart, relative to 1 + |x|: they
  /// sum the same products in another order.
  static let tolerance = 2e-5
  /// Tokens of the longest row.
  private static let length = 10

  /// One batch for both models: a row with all tokens global, one with none,
  /// one with the first; the last two no longer than one side of the window.
  func run() throws(LFError) -> [ConversionReport.Check] {
    let settings = longformer.configuration
    let old = original.configuration
    let longest = min(settings.longestInput, old.longestInput, Self.length)
    // The longest row in which every token sees every other.
    let rules = (settings.attention + old.attention).map(\.rule)
    let reach =
      (1...longest).last { length in
        rules.allSatisfy { $0.showsEverything(heads: settings.headCount, length: length) }
      } ?? 1
    let rows: [(name: String, length: Int, globals: Int)] = [
      ("all-global", longest, longest), ("no-global", reach, 0), ("first-global", reach, 1),
    ]
    let newModel = try model(longformer, written)
    let oldModel = try model(original, originalSource)
    var newPass = try newModel.begin(batch(rows, width: longest, for: settings))
    var oldPass = try oldModel.begin(batch(rows, width: longest, for: old))
    // The layers' bytes are proven equal: what was written serves both.
    while try newPass.runLayer(with: &oldPass) {}
    // A masked-LM head does the same to each token alone, with weights whose
    // bytes are proven equal, and would read the vocabulary twice more.
    let hasHead = old.head != .maskedLanguageModel
    let found = try newPass.finish(head: hasHead)
    let expected = try oldPass.finish(head: hasHead)
    var checks: [ConversionReport.Check] = []
    for (index, row) in rows.enumerated() {
      let distance = try distance(found, expected, row: index, length: row.length, of: rows.count)
      checks.append(
        .init(
          name: row.name,
          detail: "\(row.length) tokens, largest difference to \(name) \(distance.rounded3)"))
    }
    return checks
  }

  /// What the source is called.
  private var name: String {
    if original.configuration.isLongformer { return "the source" }
    return original.configuration.positions == .fromZero ? "BERT" : "RoBERTa"
  }

  private func model(
    _ model: RecognizedModel, _ source: any TensorSource
  ) throws(LFError) -> EncoderModel {
    try EncoderModel(
      configuration: model.configuration,
      source: ComposedSource(base: source, composed: try model.canonicalTensors()),
      residency: .streamed, threads: threads)
  }

  /// Random ids that are not the padding token, the same at every run.
  private func batch(
    _ rows: [(name: String, length: Int, globals: Int)], width: Int,
    for model: ModelConfiguration
  ) -> EncoderInputs {
    let settings = original.configuration
    var tokens = RandomTokens(settings)
    var ids: [Int] = []
    var mask: [Int] = []
    var global: [Int] = []
    for row in rows {
      for column in 0..<width {
        let isToken = column < row.length
        let id = tokens.next()
        ids.append(isToken ? id : settings.paddingID)
        mask.append(isToken ? 1 : 0)
        global.append(column < row.globals ? 1 : 0)
      }
    }
    return EncoderInputs(
      batch: rows.count, choices: settings.head == .multipleChoice ? 1 : nil, length: width,
      inputIDs: ids, attentionMask: mask,
      globalAttentionMask: model.hasGlobalTokens ? global : nil)
  }

  private func distance(
    _ found: [OutputTensor], _ expected: [OutputTensor], row: Int, length: Int, of rows: Int
  ) throws(LFError) -> Double {
    var largest = 0.0
    for output in expected {
      guard let other = found.first(where: { $0.name == output.name }),
        other.shape == output.shape
      else {
        throw LFError(.internal, "check.forward", "the two models differ in \(output.name)")
      }
      let perRow = output.values.count / rows
      // Outputs of a whole row, and those of each token up to the row's length.
      let perToken = output.shape.count > 2 || output.name.hasSuffix("_logits")
      let width = output.shape.dropFirst(perToken ? 2 : 1).reduce(1, *)
      let count = perToken ? length * width : perRow
      for index in row * perRow..<row * perRow + count {
        let value = Double(output.values[index])
        let error = abs(value - Double(other.values[index]))
        guard error <= Self.tolerance * (1 + abs(value)) else {
          throw LFError(
            .internal, "check.forward",
            "the written Longformer differs from \(name) by \(error.rounded3) in \(output.name)",
            hint: "nothing was published; please report this")
        }
        largest = max(largest, error)
      }
    }
    return largest
  }
}
