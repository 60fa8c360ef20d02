import LFEncoder
import TestSupport
import Testing

/// The forward pass of a Longformer against the dense reference.
@Suite struct SlidingWindowTests {
  @Test("random windows, dilations, masks and lengths", arguments: 0..<16)
  func random(_ group: Int) throws {
    for seed in group * 10..<group * 10 + 10 {
      let sample = RandomCase(seed: seed)
      try check(
        try TinyModel(sample.shape, seed: seed), sample.inputs,
        residency: seed % 2 == 0 ? .resident : .streamed, threads: 1 + seed % 3, sample.note)
    }
  }

  @Test("many tokens behind one global token: several blocks of keys", arguments: [false, true])
  func longInput(isCausal: Bool) throws {
    var shape = TinyModel.Shape()
    shape.hidden = 8
    shape.layers = 1
    shape.positions = 1100
    shape.windows = [6]
    shape.isCausal = isCausal
    var random = SeededGenerator(seed: 5)
    let ids = (0..<1100).map { _ in random.number(2...36) }
    var keep = Array(repeating: 1, count: 1100)
    for position in 500..<530 { keep[position] = 0 }
    var global = Array(repeating: 0, count: 1100)
    for position in [0, 3, 700, 1099] { global[position] = 1 }
    try check(
      try TinyModel(shape, seed: 1),
      EncoderInputs(
        batch: 1, length: 1100, inputIDs: ids, attentionMask: keep, globalAttentionMask: global))
  }

  @Test("sizes at which the matrix library takes its ordinary paths")
  func ordinarySizes() throws {
    var shape = TinyModel.Shape()
    shape.hidden = 96
    shape.heads = 2
    shape.layers = 1
    shape.intermediate = 800
    shape.windows = [100]
    shape.weightScale = 0.1
    var random = SeededGenerator(seed: 6)
    let ids = (0..<180).map { _ in random.number(2...36) }
    for globals in [1, 20, 150] {
      let global = (0..<180).map { $0 * 7 % 180 < globals ? 1 : 0 }
      try check(
        try TinyModel(shape, seed: 2),
        EncoderInputs(batch: 1, length: 180, inputIDs: ids, globalAttentionMask: global),
        "\(globals) global tokens")
    }
  }

  @Test("a global flag on a padded token is ignored")
  func globalPadding() throws {
    var shape = TinyModel.Shape()
    shape.windows = [4, 4]
    let model = try TinyModel(shape, seed: 3)
    let ids = [5, 6, 7, 8, 9, 1, 1, 10]
    let keep = [1, 1, 1, 1, 1, 0, 0, 1]
    func run(_ global: [Int]) throws -> ModelOutputs {
      try EncoderModel(configuration: model.configuration, source: model.source, threads: 1)
        .forward(
          EncoderInputs(
            batch: 1, length: 8, inputIDs: ids, attentionMask: keep, globalAttentionMask: global))
    }
    #expect(try run([1, 0, 0, 0, 0, 1, 0, 0]) == run([1, 0, 0, 0, 0, 0, 0, 0]))
    #expect(try run([1, 0, 0, 0, 0, 0, 0, 0]) != run([0, 0, 0, 0, 0, 0, 0, 0]))
  }

  @Test("what a padded token holds changes nothing elsewhere")
  func paddingIsUnseen() throws {
    var shape = TinyModel.Shape()
    shape.windows = [6, 8]
    let model = try TinyModel(shape, seed: 4)
    let keep = [1, 1, 1, 0, 1, 1, 1, 1, 0, 0]
    func run(_ padding: Int) throws -> [Float] {
      let ids = [5, 6, 7, padding, 8, 9, 10, 11, padding, padding]
      let outputs = try EncoderModel(
        configuration: model.configuration, source: model.source, threads: 1
      ).forward(
        EncoderInputs(
          batch: 1, length: 10, inputIDs: ids, attentionMask: keep,
          globalAttentionMask: [1, 0, 0, 0, 0, 0, 1, 0, 0, 0], positionIDs: Array(2..<12)))
      let values = try #require(outputs["last_hidden_state"]).values
      return keep.indices.filter { keep[$0] == 1 }
        .flatMap { values[$0 * 16..<($0 + 1) * 16] }
    }
    #expect(try run(20) == run(30))
  }
}
