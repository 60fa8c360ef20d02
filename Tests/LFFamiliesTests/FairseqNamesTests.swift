import LFCore
import LFFamilies
import Testing

@Suite("fairseq names")
struct FairseqNamesTests {
  private func sample(
    head: ModelHead, top: String = "encoder.", headNames: [String] = ["my_task"]
  ) throws -> SampleModel {
    var sample = try SampleModel(head: head, prefix: top, family: "fairseq-roberta")
    sample.tensors.removeAll { $0.name.text.contains("token_type") }
    sample.configuration = JSONObject([
      ("encoder_layers", 2), ("encoder_embed_dim", 8), ("encoder_ffn_embed_dim", 16),
      ("encoder_attention_heads", 2), ("activation_fn", "gelu"), ("max_positions", 12),
    ])
    sample.tensors = sample.tensors.flatMap { tensor in
      guard tensor.name.text.contains("{name}") else { return [tensor] }
      let parts = tensor.name.text.split(separator: "{name}")
      return headNames.map { tensor.renamed(TensorName(parts.joined(separator: $0))) }
    }
    return sample
  }

  @Test("A classification head is found under the name that its user gave it")
  func classification() throws {
    var sample = try sample(head: .sequenceClassification)
    // The masked-LM head stays in a fine-tuned file.
    for tensor in try self.sample(head: .maskedLanguageModel).tensors
    where tensor.name.text.contains("lm_head") {
      sample.tensors.append(tensor)
    }
    let model = try sample.recognized()
    #expect(model.configuration.head == .sequenceClassification)
    #expect(model.configuration.labelCount == 2)
    #expect(model.configuration.json["id2label"]?.objectValue?.members.count == 2)
    #expect(model.unused.count == 5)
    let plan = try ConversionPlan(
      longformerFrom: model, options: LongformerOptions(attentionWindow: [4]), untied: [])
    #expect(plan.tensors.contains { $0.descriptor.name == "classifier.out_proj.weight" })
    #expect(plan.json["architectures"] == ["LongformerForSequenceClassification"])
    #expect(plan.notes.contains { $0.contains("another head") })
    let same = try ConversionPlan(sameArchitecture: model, sourceTensors: sample.tensors)
    #expect(!same.tensors.contains { $0.descriptor.name.text.contains("lm_head") })
  }

  @Test("Several classification heads are refused with their names")
  func severalHeads() throws {
    let sample = try sample(head: .sequenceClassification, headNames: ["mnli", "rte"])
    let error = #expect(throws: LFError.self) { try sample.recognized() }
    #expect(error?.code == "model.ambiguous")
    #expect(error?.message.contains("mnli, rte") == true)
  }

  @Test("Query, key and value in one tensor are taken apart", arguments: ["", "decoder.", "a.b."])
  func thirds(front: String) throws {
    let layer = front + "sentence_encoder.layers.3.self_attn."
    let tensors = [
      TensorDescriptor(
        name: TensorName(layer + "in_proj_weight"), elementType: .f32,
        shape: try TensorShape([6, 2])),
      TensorDescriptor(
        name: TensorName(layer + "in_proj_bias"), elementType: .f16, shape: try TensorShape([6])),
      TensorDescriptor(name: "in_proj_weight", elementType: .f32, shape: try TensorShape([6, 2])),
      TensorDescriptor(
        name: "sentence_encoder.layers.4.self_attn.in_proj_bias", elementType: .f32,
        shape: try TensorShape([7])),
    ]
    let whole = try #require(try PackedTensors.unpacked(tensors))
    #expect(
      whole.map(\.descriptor.name.text) == [
        layer + "q_proj.weight", layer + "k_proj.weight", layer + "v_proj.weight",
        layer + "q_proj.bias", layer + "k_proj.bias", layer + "v_proj.bias",
        "in_proj_weight", "sentence_encoder.layers.4.self_attn.in_proj_bias",
      ])
    #expect(whole[1].descriptor.shape.dimensions == [2, 2])
    #expect(whole[1].parts.map(\.content) == [.source(index: 0, range: 16..<32)])
    #expect(whole[5].parts.map(\.content) == [.source(index: 1, range: 8..<12)])
    #expect(try PackedTensors.unpacked([tensors[2]]) == nil)
  }

  @Test("What args leave out, the tensors tell", arguments: ["max_positions", "encoder_layers"])
  func leftOut(field: String) throws {
    var sample = try sample(head: .maskedLanguageModel)
    sample.configuration[field] = nil
    let found = try sample.recognized().configuration
    #expect(found.longestInput == 12 && found.layerCount == 2)
  }

  @Test("A head that follows another activation than gelu is refused in both conversions")
  func activations() throws {
    for (name, activation) in [
      ("relu", Activation.relu), ("gelu_fast", .geluTanh), ("swish", .silu), ("tanh", .tanh),
    ] {
      var sample = try sample(head: .maskedLanguageModel)
      sample.configuration["activation_fn"] = .string(name)
      let model = try sample.recognized()
      #expect(model.configuration.activation == activation)
      #expect(model.table.maskedLMActivation(model.configuration) == activation)
      let errors = [
        #expect(throws: LFError.self) {
          try ConversionPlan(longformerFrom: model, options: LongformerOptions(), untied: [])
        },
        #expect(throws: LFError.self) {
          try ConversionPlan(sameArchitecture: model, sourceTensors: sample.tensors)
        },
      ]
      for error in errors {
        #expect(error?.code == "model.head" && error?.kind == .unsupported)
        #expect(error?.message.contains(activation.rawValue) == true)
        #expect(error?.hint == "convert the encoder alone with --key encoder.sentence_encoder.")
      }
      // The hint, followed.
      sample.tensors.removeAll { !$0.name.text.hasPrefix("encoder.sentence_encoder.") }
      let plan = try ConversionPlan(
        longformerFrom: try sample.recognized(), options: LongformerOptions(), untied: [])
      #expect(plan.configuration.head == .bare && plan.configuration.activation == activation)
    }
    var unknown = try sample(head: .maskedLanguageModel)
    unknown.configuration["activation_fn"] = "relu_squared"
    #expect(
      #expect(throws: LFError.self) { try unknown.recognized() }?.code == "config.activation")
  }

  @Test("Scaled embeddings, and norms before attention, are refused by name")
  func otherEncoders() throws {
    var scaled = try sample(head: .maskedLanguageModel)
    scaled.configuration["no_scale_embedding"] = false
    let error = #expect(throws: LFError.self) { try scaled.recognized() }
    #expect(error?.kind == .unsupported && error?.location.entry == "no_scale_embedding")
    scaled.configuration["no_scale_embedding"] = true
    _ = try scaled.recognized()
    var prenorm = try sample(head: .maskedLanguageModel)
    prenorm.tensors.removeAll { $0.name.text.contains("layernorm_embedding") }
    try prenorm.add("encoder.sentence_encoder.layer_norm.weight", [8])
    try prenorm.add("encoder.sentence_encoder.layer_norm.bias", [8])
    let other = #expect(throws: LFError.self) { try prenorm.recognized() }
    #expect(other?.kind == .unsupported && other?.message.contains("before attention") == true)
  }
}
