import LFCore
import LFEncoder
import Testing

/// Attention probabilities against the dense reference.
@Suite struct AttentionProbabilityTests {
  @Test("random windows, dilations, masks and lengths", arguments: 0..<40)
  func slidingWindow(_ seed: Int) throws {
    let sample = RandomCase(seed: 2000 + seed)
    try check(
      try TinyModel(sample.shape, seed: seed), sample.inputs, attentions: true,
      residency: seed % 2 == 0 ? .resident : .streamed, threads: 1 + seed % 3, sample.note)
  }

  @Test("full attention, with rows of padding", arguments: 0..<20)
  func full(_ seed: Int) throws {
    let sample = RandomCase(seed: 3000 + seed).withFullAttention
    var inputs = sample.inputs
    if seed % 3 == 0 {
      for token in 0..<inputs.length { inputs.attentionMask?[token] = 0 }
    }
    try check(
      try TinyModel(sample.shape, seed: seed), inputs, attentions: true, threads: 1 + seed % 3,
      sample.note)
  }

  private func longformer() throws -> TinyModel {
    var shape = TinyModel.Shape()
    shape.layers = 3
    shape.windows = [4, 6, 8]
    return try TinyModel(shape, seed: 12)
  }

  @Test("rows of tokens sum to 1, rows of padding to 0")
  func sums() throws {
    let model = try longformer()
    let keep = (0..<70).map { $0 % 11 == 10 ? 0 : 1 }
    let outputs = try EncoderModel(
      configuration: model.configuration, source: model.source, threads: 2
    ).forward(
      EncoderInputs(
        batch: 1, length: 70, inputIDs: (0..<70).map { 2 + $0 % 30 }, attentionMask: keep,
        globalAttentionMask: (0..<70).map { $0 % 30 == 0 ? 1 : 0 }),
      options: ForwardOptions(attentionProbabilities: true))
    for layer in 0..<3 {
      let output = try #require(outputs["attentions.\(layer)"])
      #expect(output.shape == [1, 2, 70, 70])
      for row in 0..<2 * 70 {
        let sum = output.values[row * 70..<(row + 1) * 70].reduce(0) { $0 + Double($1) }
        #expect(abs(sum - Double(keep[row % 70])) <= 1e-6)
      }
    }
  }

  @Test("only the layers that are asked for, and nothing else changes")
  func selection() throws {
    let model = try longformer()
    let reference = try EncoderModel(
      configuration: model.configuration, source: model.source, threads: 2)
    let inputs = EncoderInputs(
      batch: 1, length: 9, inputIDs: [3, 4, 5, 6, 7, 8, 9, 10, 11],
      globalAttentionMask: [1, 0, 0, 0, 0, 0, 0, 0, 0])
    let plain = try reference.forward(inputs)
    let all = try reference.forward(inputs, options: ForwardOptions(attentionProbabilities: true))
    let some = try reference.forward(
      inputs, options: ForwardOptions(attentionProbabilities: [2, 0]))
    #expect(some.tensors.map(\.name).prefix(2) == ["attentions.0", "attentions.2"])
    #expect(some["attentions.1"] == nil)
    #expect(some["attentions.2"] == all["attentions.2"])
    for output in plain.tensors {
      #expect(some[output.name] == output)
      #expect(all[output.name] == output)
    }
  }

  @Test("what is too large, or of no layer, is refused before any work")
  func refusals() throws {
    let model = try longformer()
    let reference = try EncoderModel(
      configuration: model.configuration, source: model.source, threads: 2)
    func code(_ length: Int, _ layers: LayerSelection) -> String? {
      let inputs = EncoderInputs(
        batch: 1, length: length, inputIDs: Array(repeating: 5, count: length))
      do throws(LFError) {
        _ = try reference.forward(inputs, options: ForwardOptions(attentionProbabilities: layers))
        return nil
      } catch { return error.code }
    }
    #expect(code(20_000, true) == "output.size")
    // 3 layers × 2 heads × 4 bytes × length²: one token more than fits.
    #expect(code(9460, true) == "output.size")
    #expect(code(9459, true) == "input.length")
    #expect(code(9460, [0]) == "input.length")
    #expect(code(20, [3]) == "output.layer")
    #expect(code(20, [-1, 0]) == "output.layer")
    #expect(code(20, [2]) == nil)
  }
}
