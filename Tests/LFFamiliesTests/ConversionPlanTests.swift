import LFCore
import LFFamilies
import Testing

@Suite("Conversion plan")
struct ConversionPlanTests {
  private func plan(
    _ sample: SampleModel, windows: [Int] = [4], positions: Int = 100,
    untied: Set<TensorName> = []
  ) throws -> ConversionPlan {
    try ConversionPlan(
      longformerFrom: try sample.recognized(),
      options: LongformerOptions(attentionWindow: windows, maxPositions: positions),
      untied: untied)
  }

  @Test("Every field of the source is carried, and every default spelled out")
  func configuration() throws {
    let plan = try plan(try SampleModel(), windows: [4, 8])
    #expect(plan.json["my_note"] == "kept")
    #expect(plan.json["model_type"] == "longformer")
    #expect(plan.json["architectures"] == ["LongformerForMaskedLM"])
    #expect(plan.json["attention_window"] == [4, 8])
    #expect(plan.json["max_position_embeddings"] == 102)
    #expect(plan.json["type_vocab_size"] == 1)
    #expect(plan.json["layer_norm_eps"]?.doubleValue == 1e-5)
    #expect(plan.json["hidden_act"] == "gelu")
    #expect(plan.json["sep_token_id"] == 2)
    #expect(plan.configuration.longestInput == 100)
  }

  @Test("Label maps and the kind of problem are kept, and the maps say how many labels there are")
  func labels() throws {
    for head in [ModelHead.sequenceClassification, .tokenClassification] {
      var sample = try SampleModel(head: head)
      let labels: JSONValue = .object(JSONObject([("0", "no"), ("1", "yes")]))
      sample.configuration["id2label"] = labels
      sample.configuration["label2id"] = .object(JSONObject([("no", 0), ("yes", 1)]))
      sample.configuration["problem_type"] = "single_label_classification"
      sample.configuration["num_labels"] = 7
      sample.configuration["classifier_dropout"] = .number(JSONNumber(0.25))
      let plan = try plan(sample)
      for key in ["id2label", "label2id", "problem_type", "num_labels", "classifier_dropout"] {
        #expect(plan.json[key] == sample.configuration[key])
      }
      #expect(plan.configuration.labelCount == 2)
      sample.configuration["id2label"] = .object(JSONObject([("0", "a"), ("1", "b"), ("2", "c")]))
      let error = #expect(throws: LFError.self) { try sample.recognized() }
      #expect(error?.description.contains("instead of [3") == true)
    }
  }

  @Test("The result's names are those that stock classes load")
  func names() throws {
    let masked = Set(try plan(try SampleModel()).tensors.map(\.descriptor.name.text))
    #expect(masked.contains("longformer.encoder.layer.1.attention.self.key_global.bias"))
    #expect(masked.contains("lm_head.bias"))
    #expect(!masked.contains { $0.contains("decoder") || $0.hasPrefix("roberta") })
    let bare = try plan(try SampleModel(head: .bare, prefix: "")).tensors.map(
      \.descriptor.name.text)
    #expect(bare.allSatisfy { $0.hasPrefix("embeddings.") || $0.hasPrefix("encoder.") })
  }

  @Test("A tied decoder is left out only when its bytes are the same")
  func decoder() throws {
    var sample = try SampleModel()
    try sample.add("lm_head.decoder.weight", [11, 8])
    #expect(
      try !plan(sample).tensors.contains { $0.descriptor.name == "lm_head.decoder.weight" })
    let kept = try plan(sample, untied: ["lm_head.decoder.weight"])
    #expect(kept.tensors.contains { $0.descriptor.name == "lm_head.decoder.weight" })
    #expect(kept.tensors.contains { $0.descriptor.name == "lm_head.decoder.bias" })
    #expect(kept.json["tie_word_embeddings"] == false)
    #expect(kept.notes.contains { $0.contains("lm_head.decoder.weight") })
  }

  @Test("A decoder that the configuration calls untied is kept, and must be there")
  func untiedDecoder() throws {
    var sample = try SampleModel()
    sample.configuration["tie_word_embeddings"] = false
    let error = #expect(throws: LFError.self) { try sample.recognized() }
    #expect(error?.description.contains("lm_head.decoder.weight") == true)
    try sample.add("lm_head.decoder.weight", [11, 8])
    try sample.add("lm_head.decoder.bias", [11])
    let names = try plan(sample).tensors.map(\.descriptor.name)
    #expect(names.contains("lm_head.decoder.weight") && names.contains("lm_head.decoder.bias"))
  }

  @Test(
    "Windows that do not fit are a usage error",
    arguments: [[3], [0], [-2], [4, 4, 4], [4, 5]])
  func windows(windows: [Int]) throws {
    let sample = try SampleModel()
    let error = #expect(throws: LFError.self) { try plan(sample, windows: windows) }
    #expect(error?.kind == .usage)
    #expect(error?.code == "usage.attention-window")
  }

  @Test("Positions must be at least one and not absurd", arguments: [0, -5, 1 << 40])
  func positions(positions: Int) throws {
    let sample = try SampleModel()
    #expect(
      #expect(throws: LFError.self) { try plan(sample, positions: positions) }?.code
        == "usage.max-positions")
  }

  @Test("Other tokenizers than the byte-level one are named")
  func tokenizer() throws {
    var sample = try SampleModel()
    #expect(try plan(sample).json["tokenizer_class"] == nil)
    sample.configuration["model_type"] = "xlm-roberta"
    #expect(try plan(sample).json["tokenizer_class"] == "XLMRobertaTokenizer")
  }

  @Test("A Longformer gets another length and other windows, and keeps its global projections")
  func again() throws {
    let first = try plan(try SampleModel(), windows: [4, 8], positions: 20)
    var tensors = first.tensors.map(\.descriptor)
    tensors.reverse()
    let model = try RecognizedModel(tensors: tensors, configuration: first.json, origin: nil)
    for (options, windows, positions) in [
      (LongformerOptions(attentionWindow: [6], maxPositions: 50), [6, 6], 50),
      (LongformerOptions(attentionWindow: [], maxPositions: 7), [4, 8], 7),
      (LongformerOptions(attentionWindow: [2, 4], maxPositions: nil), [2, 4], 20),
    ] {
      let again = try ConversionPlan(longformerFrom: model, options: options, untied: [])
      #expect(again.configuration.attentionWindows == windows)
      #expect(again.configuration.longestInput == positions)
      #expect(again.copies.isEmpty)
      #expect(again.tensors.map(\.descriptor.name) == first.tensors.map(\.descriptor.name))
      for tensor in again.tensors where tensor.descriptor.name.text.contains("_global") {
        let own = try #require(tensors.firstIndex { $0.name == tensor.descriptor.name })
        #expect(
          tensor.parts.map(\.content) == [
            .source(index: own, range: 0..<tensor.descriptor.byteCount)
          ])
      }
    }
  }

  @Test("The same architecture keeps names, order and every weight")
  func same() throws {
    var sample = try SampleModel()
    sample.tensors.reverse()
    try sample.add("roberta.pooler.dense.weight", [8, 8])
    try sample.add("roberta.pooler.dense.bias", [8])
    let plan = try ConversionPlan(
      sameArchitecture: try sample.recognized(), sourceTensors: sample.tensors)
    #expect(plan.tensors.map(\.descriptor) == sample.tensors)
    #expect(plan.json == sample.configuration)
  }
}
