import LFEncoder
import TestSupport
import Testing

/// The forward pass of a RoBERTa against the dense reference.
@Suite struct FullAttentionTests {
  @Test("random lengths and padding", arguments: 0..<30)
  func random(_ seed: Int) throws {
    let sample = RandomCase(seed: 1000 + seed).withFullAttention
    try check(
      try TinyModel(sample.shape, seed: seed), sample.inputs,
      residency: seed % 2 == 0 ? .resident : .streamed, threads: 1 + seed % 3, sample.note)
  }

  @Test("all tokens global: a Longformer with copied projections is the RoBERTa")
  func allGlobal() throws {
    // Oracle (a) of the conversion, at a length of many blocks.
    var shape = TinyModel.Shape()
    shape.family = "roberta"
    let roberta = try TinyModel(shape, seed: 9)
    shape.family = "longformer"
    shape.windows = [4, 6]
    let configuration = try TinyModel.configuration(shape)
    var source = roberta.source
    for tensor in roberta.source.tensors {
      for part in ["query", "key", "value"] where tensor.name.text.contains("self.\(part).") {
        let values = roberta.weights[tensor.name.text]!.map { Float($0) }
        try source.add(
          tensor.name.text.replacing("self.\(part).", with: "self.\(part)_global."),
          tensor.shape.dimensions, values, .f32)
      }
    }
    var random = SeededGenerator(seed: 7)
    let ids = (0..<150).map { _ in random.number(2...36) }
    let plain = EncoderInputs(batch: 1, length: 150, inputIDs: ids)
    var global = plain
    global.globalAttentionMask = ids.map { _ in 1 }
    let expected = try EncoderModel(
      configuration: roberta.configuration, source: roberta.source, threads: 2
    ).forward(plain)
    let actual = try EncoderModel(configuration: configuration, source: source, threads: 2)
      .forward(global)
    let values = try #require(actual["last_hidden_state"]).values
    let truth = try #require(expected["last_hidden_state"]).values.map(Double.init)
    #expect(error(values, truth) <= 1e-6)
  }
}
