import LFCore
import LFFamilies
import Testing

/// A small RoBERTa's tensors and configuration, without values.
struct SampleModel {
  var configuration: JSONObject
  var tensors: [TensorDescriptor]

  init(
    head: ModelHead = .maskedLanguageModel, prefix: String = "roberta.", layers: Int = 2,
    pad: Int = 1, family: String = "roberta", outer: String = ""
  ) throws {
    let table = try FamilyTable.named(family)
    configuration = JSONObject([
      ("model_type", .string(family)),
      ("architectures", [.string(table.classStem(modelType: nil) + head.architectureSuffix)]),
      ("vocab_size", 11), ("hidden_size", 8), ("num_hidden_layers", JSONValue(layers)),
      ("num_attention_heads", 2), ("intermediate_size", 16), ("max_position_embeddings", 14),
      ("type_vocab_size", 1), ("layer_norm_eps", .number(JSONNumber(1e-5))),
      ("pad_token_id", JSONValue(pad)), ("my_note", "kept"),
    ])
    let sizes = [
      "vocab_size": 11, "hidden_size": 8, "intermediate_size": 16, "max_position_embeddings": 14,
      "type_vocab_size": 1, "num_labels": 2,
    ]
    tensors = []
    for row in table.rows(head: head, layers: layers) where !row.isOptional {
      let dimensions = row.shape.map { dimension -> Int in
        switch dimension {
        case .fixed(let number): number
        case .size(let size): sizes[size.rawValue] ?? -1
        }
      }
      tensors.append(
        TensorDescriptor(
          name: TensorName(
            outer + (row.isPrefixed ? prefix : "") + (row.name ?? row.canonical).text),
          elementType: .f32, shape: try TensorShape(dimensions)))
    }
  }

  func recognized() throws -> RecognizedModel {
    try RecognizedModel(tensors: tensors, configuration: configuration, origin: "config.json")
  }

  mutating func rename(_ old: TensorName, _ new: TensorName) {
    tensors = tensors.map { $0.name == old ? $0.renamed(new) : $0 }
  }

  mutating func add(_ name: TensorName, _ dimensions: [Int], _ type: ElementType = .f32) throws {
    tensors.append(
      TensorDescriptor(name: name, elementType: type, shape: try TensorShape(dimensions)))
  }
}

@Suite("Recognition")
struct RecognitionTests {
  @Test("Every head is told by its tensors", arguments: ModelHead.allCases)
  func heads(head: ModelHead) throws {
    let model = try SampleModel(head: head, prefix: head == .bare ? "" : "roberta.").recognized()
    #expect(model.configuration.head == head)
    #expect(model.unused.isEmpty && model.dropped.isEmpty)
    #expect(model.configuration.longestInput == 12)
  }

  @Test("Old endings and buffers are understood")
  func oldNames() throws {
    var sample = try SampleModel()
    sample.rename(
      "roberta.embeddings.LayerNorm.weight", "roberta.embeddings.LayerNorm.gamma")
    sample.rename(
      "roberta.encoder.layer.1.output.LayerNorm.bias",
      "roberta.encoder.layer.1.output.LayerNorm.beta")
    try sample.add("roberta.embeddings.position_ids", [1, 14], .i64)
    let model = try sample.recognized()
    #expect(model.dropped.count == 1)
    #expect(model.tensor("embeddings.LayerNorm.weight") != nil)
  }

  @Test("A pooler under another head is left out, and that is said")
  func pooler() throws {
    var sample = try SampleModel()
    try sample.add("roberta.pooler.dense.weight", [8, 8])
    try sample.add("roberta.pooler.dense.bias", [8])
    #expect(try sample.recognized().unused.count == 2)
  }

  @Test("A missing bias is taken from the decoder's")
  func fallback() throws {
    var sample = try SampleModel()
    sample.rename("lm_head.bias", "lm_head.decoder.bias")
    let model = try sample.recognized()
    #expect(model.tensor("lm_head.bias") != nil)
    #expect(model.tensor("lm_head.decoder.bias") == nil)
  }

  @Test("All tensors that do not fit are listed at once, with the nearest name")
  func problems() throws {
    var sample = try SampleModel()
    sample.rename(
      "roberta.encoder.layer.0.attention.self.query.weight",
      "roberta.encoder.layer.0.attention.self.qeury.weight")
    sample.rename("lm_head.dense.weight", "lm_head.dense.weight_g")
    sample.tensors.removeAll { $0.name == "roberta.encoder.layer.1.output.dense.bias" }
    let place = try #require(
      sample.tensors.firstIndex { $0.name == "roberta.encoder.layer.1.intermediate.dense.bias" })
    sample.tensors[place] = TensorDescriptor(
      name: sample.tensors[place].name, elementType: .f32, shape: try TensorShape([15]))
    sample.configuration["architectures"] = ["RobertaForMaskedLM"]
    let error = #expect(throws: LFError.self) { try sample.recognized() }
    let text = error?.description ?? ""
    #expect(error?.code == "model.tensors")
    #expect(text.contains("missing") && text.contains("output.dense.bias"))
    #expect(text.contains("nearest known: roberta.encoder.layer.0.attention.self.query.weight"))
    #expect(text.contains("[15] instead of [16]"))
  }

  @Test(
    "Wrong fields are refused by name",
    arguments: [
      ("hidden_size", JSONValue("8"), "config.value"), ("num_attention_heads", 3, "config.value"),
      ("num_hidden_layers", 0, "config.value"), ("num_hidden_layers", -1, "config.value"),
      ("num_hidden_layers", 1_000_000_000, "config.value"), ("layer_norm_eps", 0, "config.value"),
      ("max_position_embeddings", 2, "config.value"), ("pad_token_id", -1, "config.value"),
      ("hidden_act", "relu6", "config.activation"), ("is_decoder", true, "config.decoder"),
      ("position_embedding_type", "relative_key", "config.relative-positions"),
      ("hidden_size", .number(JSONNumber(8.0)), "config.value"),
    ])
  func fields(key: String, value: JSONValue, code: String) throws {
    var sample = try SampleModel()
    sample.configuration[key] = value
    let error = #expect(throws: LFError.self) { try sample.recognized() }
    #expect(error?.code == code)
    #expect(error?.location.entry == key)
  }

  @Test("Integer weights are refused")
  func integers() throws {
    var sample = try SampleModel()
    sample.tensors = sample.tensors.map {
      TensorDescriptor(name: $0.name, elementType: .i32, shape: $0.shape)
    }
    #expect(throws: LFError.self) { try sample.recognized() }
  }

  @Test("Weights without a configuration ask for one")
  func noConfiguration() throws {
    let sample = try SampleModel()
    let error = #expect(throws: LFError.self) {
      try RecognizedModel(tensors: sample.tensors, configuration: nil, origin: nil)
    }
    #expect(error?.hint?.contains("--config") == true)
  }

  @Test("Types that look alike but compute otherwise are refused by name")
  func otherTypes() throws {
    for type in ["roberta-prelayernorm", "xlm-roberta-xl", "mpnet", "deberta-v2", "albert"] {
      var sample = try SampleModel()
      sample.configuration["model_type"] = .string(type)
      let error = #expect(throws: LFError.self) { try sample.recognized() }
      #expect(error?.code == "model.unsupported")
      #expect(error?.message.contains(type) == true)
    }
  }
}
