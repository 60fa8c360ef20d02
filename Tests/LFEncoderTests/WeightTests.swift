import LFCore
import LFEncoder
import TestSupport
import Testing

/// Reading of weights: types, checks, residency.
@Suite struct WeightTests {
  private static let inputs = EncoderInputs(
    batch: 2, length: 7, inputIDs: [0, 5, 6, 36, 5, 2, 1, 0, 9, 8, 7, 6, 5, 2],
    attentionMask: [1, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1],
    globalAttentionMask: [1, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0])

  private static var shape: TinyModel.Shape {
    var shape = TinyModel.Shape()
    shape.windows = [4, 6]
    shape.head = .maskedLanguageModel
    return shape
  }

  @Test("every float type", arguments: [ElementType.f64, .f32, .f16, .bf16])
  func types(_ type: ElementType) throws {
    var shape = Self.shape
    shape.elementType = type
    let model = try TinyModel(shape, seed: 31)
    for residency in [Residency.resident, .onDemand, .streamed] {
      try check(model, Self.inputs, residency: residency)
    }
  }

  @Test("results are the same to the bit for every residency and thread count")
  func determinism() throws {
    for seed in 0..<6 {
      let sample = RandomCase(seed: 500 + seed)
      let model = try TinyModel(sample.shape, seed: seed)
      func run(_ residency: Residency, _ threads: Int) throws -> ModelOutputs {
        try EncoderModel(
          configuration: model.configuration, source: model.source, residency: residency,
          threads: threads
        ).forward(sample.inputs, options: ForwardOptions(hiddenStates: true))
      }
      let expected = try run(.resident, 1)
      for threads in [1, 2, 3, 8] {
        #expect(try run(.resident, threads) == expected, "\(sample.note)")
        #expect(try run(.onDemand, threads) == expected, "\(sample.note)")
        #expect(try run(.streamed, threads) == expected, "\(sample.note)")
      }
    }
  }

  @Test("a model runs again with other inputs and gives what a new one gives")
  func reuse() throws {
    let model = try TinyModel(Self.shape, seed: 32)
    for residency in [Residency.resident, .onDemand, .streamed] {
      let reference = try EncoderModel(
        configuration: model.configuration, source: model.source, residency: residency,
        threads: 2)
      let first = try reference.forward(Self.inputs)
      _ = try reference.forward(
        EncoderInputs(batch: 1, length: 30, inputIDs: (0..<30).map { 2 + $0 }))
      #expect(try reference.forward(Self.inputs) == first)
    }
  }

  @Test("a pass driven layer by layer")
  func stepping() throws {
    let model = try TinyModel(Self.shape, seed: 33)
    let reference = try EncoderModel(
      configuration: model.configuration, source: model.source, threads: 2)
    let whole = try reference.forward(Self.inputs, options: ForwardOptions(hiddenStates: true))
    var pass = try reference.begin(Self.inputs)
    #expect(pass.hiddenStates() == whole["hidden_states.0"])
    #expect(try pass.runLayer())
    #expect(pass.hiddenStates() == whole["hidden_states.1"])
    #expect(try pass.runLayer())
    #expect(try !pass.runLayer())
    #expect(pass.completedLayers == 2)
    #expect(try pass.finish().last == whole["logits"])
  }

  private func refusal(_ source: MemorySource, _ residency: Residency) throws -> LFError? {
    let configuration = try TinyModel.configuration(Self.shape)
    do {
      _ = try EncoderModel(
        configuration: configuration, source: source, residency: residency, threads: 2)
      return nil
    } catch { return error }
  }

  @Test(
    "a missing, misshapen or whole-number tensor is named",
    arguments: [Residency.resident, .onDemand, .streamed])
  func refusals(_ residency: Residency) throws {
    let model = try TinyModel(Self.shape, seed: 34)
    for name in [
      "embeddings.word_embeddings.weight", "embeddings.LayerNorm.bias",
      "encoder.layer.1.attention.self.key_global.weight", "encoder.layer.0.output.dense.bias",
      "lm_head.layer_norm.weight",
    ] {
      var missing = MemorySource()
      var misshapen = MemorySource()
      var whole = MemorySource()
      for (index, tensor) in model.source.tensors.enumerated() {
        let bytes = try model.source.bytes(index)
        let shape = tensor.shape.dimensions
        let isMeant = tensor.name.text == name
        if !isMeant { try missing.add(tensor.name.text, .f32, bytes, shape: shape) }
        try misshapen.add(
          tensor.name.text, .f32, bytes, shape: isMeant ? [1] + shape : shape)
        try whole.add(tensor.name.text, isMeant ? .i32 : .f32, bytes, shape: shape)
      }
      for (source, code) in [
        (missing, "weights.missing"), (misshapen, "weights.shape"), (whole, "weights.type"),
      ] {
        let error = try refusal(source, residency)
        #expect(error?.code == code && error?.location.entry == name, "\(name)")
      }
    }
  }
}
