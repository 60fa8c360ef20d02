package import LFCore
import LFFamilies

/// A forward pass over sequences of different lengths, one behind the other.
///
/// Nothing is filled up, so that no work is done on padding, and every sequence
/// gets the bits that it gets alone.
package struct PackedPass {
  private let model: EncoderModel
  private let parts: [PreparedInputs]
  private var pass: ForwardPass

  /// Layers that have run.
  package var completedLayers: Int { pass.completedLayers }
  /// Number of sequences.
  package var count: Int { parts.count }

  init(
    _ model: EncoderModel, _ parts: [PreparedInputs], clock: PartClock? = nil
  ) throws(LFError) {
    guard let first = parts.first else {
      throw .refused("input.shape", expected: "at least one sequence", found: "none")
    }
    guard parts.count == 1 || model.canPack else {
      throw .unsupported("input.packing", "this model's attention takes one sequence at a time")
    }
    self.model = model
    self.parts = parts
    pass = try ForwardPass(
      model: model, prepared: parts.count == 1 ? first : PreparedInputs(packing: parts),
      clock: clock)
  }

  /// Runs the next layer; false when all have run.
  package mutating func runLayer() throws(LFError) -> Bool { try pass.runLayer() }

  /// The hidden states of a sequence after the layers that have run, [S, H].
  package func states(of part: Int) -> OutputTensor {
    let states = rows(of: part)
    return OutputTensor(
      name: "hidden_states.\(completedLayers)", shape: [states.rows, states.columns],
      copying: states)
  }

  /// What pooler and head give for a sequence, as in a forward pass of its own.
  package func head(of part: Int) throws(LFError) -> ModelOutputs {
    ModelOutputs(
      try HeadRun(model: model, inputs: parts[part], states: rows(of: part)).outputs())
  }

  /// What the masked-LM head makes of some tokens of a sequence.
  ///
  /// - Throws: `head.masked-lm` when the model has no such head.
  package func features(of part: Int, at tokens: [Int]) throws(LFError) -> TokenFeatures {
    try HeadRun(model: model, inputs: parts[part], states: try rows(of: part).gathered(tokens))
      .tokenFeatures()
  }

  /// A sequence's rows.  [S, H]
  private func rows(of part: Int) -> Matrix {
    let start = parts[..<part].reduce(0) { $0 + $1.tokens }
    return pass.states.rows(start..<start + parts[part].tokens)
  }
}

extension EncoderModel {
  /// Whether sequences of different lengths run together: where every layer's
  /// attention is full, or by windows.
  package var canPack: Bool {
    configuration.attention.allSatisfy {
      switch $0 {
      case .full, .slidingWindow: true
      default: false
      }
    }
  }

  /// Checks inputs that are to run together with others.
  ///
  /// - Throws: `input.*`.
  package func prepare(_ inputs: EncoderInputs) throws(LFError) -> PreparedInputs {
    try PreparedInputs(inputs, configuration: configuration)
  }

  /// Begins a pass over inputs of different lengths.
  ///
  /// - Throws: `input.packing` for more than one where `canPack` is false.
  package func begin(
    packing parts: [PreparedInputs], clock: PartClock? = nil
  ) throws(LFError) -> PackedPass {
    try PackedPass(self, parts, clock: clock)
  }

  /// Tokens from which on a pack is full; a longer sequence goes alone. So many
  /// make the products efficient, and take little memory.
  package static var packTokens: Int { 2048 }

  /// Sequences that go together, in their order.
  ///
  /// - Parameter counts: tokens of each sequence.
  package func packs(of counts: [Int]) -> [Range<Int>] {
    var packs: [Range<Int>] = []
    var start = 0
    var tokens = 0
    for (index, count) in counts.enumerated() {
      if index > start, !canPack || tokens + count > Self.packTokens {
        packs.append(start..<index)
        (start, tokens) = (index, 0)
      }
      tokens += count
    }
    return start < counts.count ? packs + [start..<counts.count] : packs
  }
}
