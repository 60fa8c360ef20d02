import LFCore
import LFFamilies
import Testing

/// Families that are BERTs or RoBERTas under names of their own.
@Suite("Other families")
struct OtherFamilyTests {
  private static let prefixes = [
    "distilbert": "distilbert.", "electra": "electra.", "ernie": "ernie.",
    "data2vec-text": "data2vec_text.", "dpr": "ctx_encoder.bert_model.",
  ]

  static func sample(_ family: String, _ head: ModelHead = .bare) throws -> SampleModel {
    var sample = try SampleModel(
      head: head, prefix: prefixes[family] ?? "", pad: family == "data2vec-text" ? 1 : 0,
      family: family)
    if family == "distilbert" {
      sample.tensors.removeAll { $0.name.text.contains("token_type") }
      for (own, usual) in [
        ("dim", "hidden_size"), ("n_layers", "num_hidden_layers"),
        ("n_heads", "num_attention_heads"), ("hidden_dim", "intermediate_size"),
      ] {
        sample.configuration[own] = sample.configuration[usual]
        sample.configuration[usual] = nil
      }
      sample.configuration["layer_norm_eps"] = nil
    }
    if family == "electra" { sample.configuration["embedding_size"] = 8 }
    return sample
  }

  private func plan(_ sample: SampleModel) throws -> ConversionPlan {
    try ConversionPlan(
      longformerFrom: try sample.recognized(),
      options: LongformerOptions(attentionWindow: [4], maxPositions: 30), untied: [])
  }

  /// What a Longformer class computes alike.
  static let convertible: [(String, [ModelHead])] = [
    ("distilbert", [.bare, .maskedLanguageModel, .tokenClassification, .questionAnswering]),
    ("electra", [.bare, .maskedLanguageModel, .tokenClassification, .questionAnswering]),
    ("ernie", ModelHead.allCases), ("data2vec-text", ModelHead.allCases),
    ("dpr", [.bare, .questionAnswering]),
  ]

  @Test("Heads that a Longformer computes alike are converted", arguments: convertible)
  func converted(family: String, heads: [ModelHead]) throws {
    for head in heads {
      let sample = try Self.sample(family, head)
      let plan = try plan(sample)
      #expect(plan.configuration.head == head)
      #expect(plan.configuration.longestInput == 30)
      #expect(plan.json["architectures"] == [.string("Longformer" + head.architectureSuffix)])
      #expect(plan.json["model_type"] == "longformer" && plan.json["my_note"] == "kept")
      #expect(plan.json["hidden_size"] == 8 && plan.json["dim"] == nil)
      let target = try FamilyTable.named("longformer")
      let known = Set(
        target.rows(head: head, layers: 2).map {
          (($0.isPrefixed && head != .bare) ? "longformer." : "") + $0.canonical.text
        })
      #expect(plan.tensors.allSatisfy { known.contains($0.descriptor.name.text) })
      let same = try ConversionPlan(
        sameArchitecture: try sample.recognized(), sourceTensors: sample.tensors)
      #expect(same.tensors.map(\.descriptor) == sample.tensors)
      #expect(same.json == sample.configuration)
    }
  }

  @Test(
    "Heads with another function than tanh are refused, and the encoder alone is converted",
    arguments: [
      ("distilbert", ModelHead.sequenceClassification, "relu"),
      ("distilbert", .multipleChoice, "relu"), ("electra", .sequenceClassification, "gelu"),
      ("electra", .multipleChoice, "gelu"),
    ])
  func refusedHeads(family: String, head: ModelHead, function: String) throws {
    var sample = try Self.sample(family, head)
    #expect(try sample.recognized().configuration.head == head)
    let error = try #require(#expect(throws: LFError.self) { try plan(sample) })
    #expect(error.code == "model.head" && error.kind == .unsupported)
    #expect(error.message.contains(function) && error.message.contains("tanh"))
    let key = family + "."
    #expect(error.hint == "convert the encoder alone with --key \(key)")
    sample.tensors.removeAll { !$0.name.text.hasPrefix(key) }
    #expect(try plan(sample).configuration.head == .bare)
  }

  @Test(
    "What the tensors do not tell is refused for its field and reason",
    arguments: [
      ("electra", "embedding_size", JSONValue(4), "behind their LayerNorm"),
      ("electra", "summary_activation", "tanh", "summaries"),
      ("ernie", "use_task_id", true, "task"),
      ("dpr", "projection_dim", 64, "projects"),
    ])
  func requirements(family: String, field: String, value: JSONValue, reason: String) throws {
    var sample = try Self.sample(family)
    _ = try sample.recognized()
    sample.configuration[field] = value
    let error = #expect(throws: LFError.self) { try sample.recognized() }
    #expect(error?.code == "model.unsupported" && error?.kind == .unsupported)
    #expect(error?.location.entry == field && error?.message.contains(reason) == true)
  }

  @Test("An ELECTRA that leaves its widths to the defaults is refused: they differ")
  func electraDefaults() throws {
    var sample = try Self.sample("electra")
    sample.configuration["embedding_size"] = nil
    #expect(#expect(throws: LFError.self) { try sample.recognized() }?.code == "model.unsupported")
  }

  @Test("A discriminator's head is left out, and that is said")
  func discriminator() throws {
    var sample = try Self.sample("electra")
    sample.configuration["architectures"] = ["ElectraForPreTraining"]
    for (name, shape) in [("dense", [8, 8]), ("dense_prediction", [1, 8])] {
      try sample.add(TensorName("discriminator_predictions.\(name).weight"), shape)
      try sample.add(TensorName("discriminator_predictions.\(name).bias"), [shape[0]])
    }
    let notes = try plan(sample).notes
    #expect(notes.filter { $0.contains("tells replaced tokens") }.count == 4)
  }

  @Test("DPR's names stay in another container, whichever of its encoders it is")
  func dprNames() throws {
    for prefix in ["ctx_encoder.bert_model.", "question_encoder.bert_model."] {
      let sample = try SampleModel(head: .bare, prefix: prefix, pad: 0, family: "dpr")
      let same = try ConversionPlan(
        sameArchitecture: try sample.recognized(), sourceTensors: sample.tensors)
      #expect(same.tensors.map(\.descriptor) == sample.tensors)
    }
    // The reader's encoder is one level further down.
    let reader = try SampleModel(
      head: .questionAnswering, prefix: "encoder.bert_model.", pad: 0, family: "dpr",
      outer: "span_predictor.")
    var sample = reader
    try sample.add("span_predictor.qa_classifier.weight", [1, 8])
    try sample.add("span_predictor.qa_classifier.bias", [1])
    let plan = try plan(sample)
    #expect(plan.json["architectures"] == ["LongformerForQuestionAnswering"])
    #expect(plan.notes.filter { $0.contains("ranks passages") }.count == 2)
  }

  @Test("DistilBERT has no token types: their one row is zeros")
  func tokenTypes() throws {
    let plan = try plan(try Self.sample("distilbert"))
    let types = try #require(
      plan.tensors.first { $0.descriptor.name == "embeddings.token_type_embeddings.weight" })
    #expect(types.parts.map(\.content) == [.zeros(32)])
    #expect(plan.configuration.layerNormEpsilon == 1e-12)
    #expect(plan.notes.contains { $0.contains("add_pooling_layer=False") })
  }
}

/// Configurations that do not say what they are.
@Suite("Configurations without a name")
struct UnnamedModelTests {
  private func recognized(_ sample: SampleModel) throws -> RecognizedModel {
    try sample.recognized()
  }

  @Test("The class names the type where model_type is missing")
  func byClass() throws {
    var sample = try SampleModel()
    for missing in [nil, JSONValue.null] {
      sample.configuration["model_type"] = missing
      let model = try recognized(sample)
      #expect(model.configuration.family == "roberta")
      #expect(model.configuration.json["model_type"] == "roberta")
      #expect(model.notes.contains { $0.contains("RobertaForMaskedLM") })
    }
    sample.configuration["architectures"] = ["XLMRobertaForMaskedLM"]
    #expect(try recognized(sample).configuration.json["model_type"] == "xlm-roberta")
    sample.configuration["architectures"] = ["RobertaPreLayerNormForMaskedLM"]
    let error = #expect(throws: LFError.self) { try recognized(sample) }
    #expect(error?.code == "model.unsupported")
    sample.configuration["model_type"] = 7
    #expect(#expect(throws: LFError.self) { try recognized(sample) }?.code == "config.value")
  }

  @Test(
    "A prefix tells the family where nothing else does",
    arguments: [
      ("bert", "bert."), ("roberta", "roberta."), ("bert", "model.bert."),
      ("ernie", "ernie."), ("electra", "electra."),
    ])
  func byPrefix(family: String, prefix: String) throws {
    let outer = prefix.hasPrefix("model.") ? "model." : ""
    var sample = try SampleModel(
      head: .maskedLanguageModel, prefix: String(prefix.dropFirst(outer.count)), pad: 1,
      family: family, outer: outer)
    sample.configuration["model_type"] = nil
    sample.configuration["architectures"] = nil
    if family == "electra" { sample.configuration["embedding_size"] = 8 }
    let model = try recognized(sample)
    #expect(model.configuration.family == family)
    #expect(model.notes.contains { $0.contains(prefix) && $0.contains("no model_type") })
    let plan = try ConversionPlan(
      longformerFrom: model, options: LongformerOptions(attentionWindow: [4], maxPositions: 30),
      untied: [])
    #expect(plan.notes.contains { $0.contains("no model_type") })
  }

  @Test("Layers of their own names tell a DistilBERT; a bare BERT or RoBERTa is not guessed")
  func byLayers() throws {
    var sample = try OtherFamilyTests.sample("distilbert")
    sample.tensors = sample.tensors.map {
      $0.renamed($0.name.dropping(prefix: "distilbert.") ?? $0.name)
    }
    sample.configuration["model_type"] = nil
    sample.configuration["architectures"] = nil
    #expect(try recognized(sample).configuration.family == "distilbert")

    var bare = try SampleModel(head: .bare, prefix: "")
    bare.configuration["model_type"] = nil
    bare.configuration["architectures"] = ["MyEncoder"]
    let error = #expect(throws: LFError.self) { try recognized(bare) }
    #expect(error?.code == "config.value" && error?.location.entry == "model_type")
    #expect(error?.hint?.contains("--config") == true)
  }

  @Test("A layer called classifier is taken for no head that the configuration does not name")
  func classifier() throws {
    for architecture in ["RobertaModel", "RobertaForSequenceClassification", "MyModel", nil] {
      var sample = try SampleModel(head: .tokenClassification)
      sample.configuration["architectures"] = architecture.map { [.string($0)] }
      let error = try #require(#expect(throws: LFError.self) { try sample.recognized() })
      #expect(error.code == "model.head-unclear" && error.location.entry == "architectures")
      #expect(error.message.contains("RobertaForTokenClassification"))
      // The hint, followed.
      sample.configuration["architectures"] = ["RobertaForTokenClassification"]
      #expect(try sample.recognized().configuration.head == .tokenClassification)
    }
    // A head of two layers is no other.
    var sequence = try SampleModel(head: .sequenceClassification)
    sequence.configuration["architectures"] = nil
    #expect(try sequence.recognized().configuration.head == .sequenceClassification)
    var bert = try SampleModel(
      head: .sequenceClassification, prefix: "bert.", pad: 0, family: "bert")
    bert.configuration["architectures"] = nil
    #expect(
      #expect(throws: LFError.self) { try bert.recognized() }?.code == "model.head-unclear")
  }
}

/// The names of Hugging Face's table of activations.
@Suite("Activations")
struct ActivationTests {
  @Test("Every name is the function that it computes, or is refused by name")
  func names() {
    let expected: [String: Activation] = [
      "gelu": .gelu, "gelu_python": .gelu, "gelu_10": .gelu10, "gelu_fast": .geluTanh,
      "gelu_new": .geluTanh, "gelu_accurate": .geluTanh, "gelu_pytorch_tanh": .geluTanh,
      "gelu_python_tanh": .geluTanh, "relu": .relu, "silu": .silu, "swish": .silu,
      "quick_gelu": .quickGELU, "mish": .mish, "tanh": .tanh, "linear": .linear,
    ]
    #expect(Activation.names == expected.keys.sorted())
    for (name, activation) in expected { #expect(Activation(name: name) == activation) }
    for name in ["laplace", "leaky_relu", "prelu", "relu2", "relu6", "sigmoid", "xielu", "GELU"] {
      #expect(Activation(name: name) == nil)
    }
  }
}
