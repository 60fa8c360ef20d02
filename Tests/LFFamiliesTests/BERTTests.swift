import LFCore
import LFFamilies
import Testing

@Suite("BERT")
struct BERTTests {
  private func sample(_ head: ModelHead, pad: Int = 0) throws -> SampleModel {
    try SampleModel(head: head, prefix: "bert.", pad: pad, family: "bert")
  }

  private func plan(_ sample: SampleModel, positions: Int = 30) throws -> ConversionPlan {
    try ConversionPlan(
      longformerFrom: try sample.recognized(),
      options: LongformerOptions(attentionWindow: [4], maxPositions: positions), untied: [])
  }

  @Test(
    "Heads that a Longformer computes alike are converted",
    arguments: [
      ModelHead.bare, .maskedLanguageModel, .tokenClassification, .questionAnswering,
      .multipleChoice, .sequenceClassification,
    ])
  func heads(head: ModelHead) throws {
    let model = try sample(head)
    #expect(try model.recognized().configuration.head == head)
    #expect(try model.recognized().configuration.longestInput == 14)
    let plan = try plan(model)
    #expect(plan.configuration.longestInput == 30)
    #expect(plan.configuration.positions == .afterPadding)
    #expect(plan.json["architectures"] == [.string("Longformer" + head.architectureSuffix)])
    #expect(plan.json["tokenizer_class"] == "BertTokenizer")
    #expect(!plan.tensors.contains { $0.descriptor.name.text.contains("cls.") })
  }

  @Test("Rows are put in front, one for each token up to the padding token", arguments: [0, 1, 3])
  func insertedRows(pad: Int) throws {
    let plan = try plan(try sample(.maskedLanguageModel, pad: pad))
    let tensor = try #require(
      plan.tensors.first { $0.descriptor.name.text.hasSuffix("position_embeddings.weight") })
    #expect(tensor.descriptor.shape.dimensions == [30 + pad + 1, 8])
    #expect(tensor.parts.first?.content == .zeros((pad + 1) * 32))
    let tiling = try #require(plan.tiling)
    #expect((0...pad).allSatisfy { tiling.sourceRow($0) == nil })
    #expect((0..<30).allSatisfy { tiling.sourceRow(pad + 1 + $0) == $0 % 14 })
  }

  @Test("A sequence classifier's pooler and classifier are the head's two layers")
  func sequenceClassification() throws {
    let sample = try sample(.sequenceClassification)
    let plan = try plan(sample)
    let names = Dictionary(
      uniqueKeysWithValues: plan.tensors.map { ($0.descriptor.name.text, $0.parts) })
    for (new, old) in [
      ("classifier.dense.weight", "bert.pooler.dense.weight"),
      ("classifier.dense.bias", "bert.pooler.dense.bias"),
      ("classifier.out_proj.weight", "classifier.weight"),
      ("classifier.out_proj.bias", "classifier.bias"),
    ] {
      let index = try #require(sample.tensors.firstIndex { $0.name.text == old })
      let bytes = sample.tensors[index].byteCount
      #expect(names[new]?.map(\.content) == [.source(index: index, range: 0..<bytes)])
    }
    #expect(names.keys.allSatisfy { !$0.contains("pooler") })
    let same = try ConversionPlan(
      sameArchitecture: try sample.recognized(), sourceTensors: sample.tensors)
    #expect(same.tensors.map(\.descriptor) == sample.tensors)
  }

  @Test("A masked-LM head with another activation than gelu is refused")
  func otherActivation() throws {
    var model = try sample(.maskedLanguageModel)
    model.configuration["hidden_act"] = "relu"
    #expect(#expect(throws: LFError.self) { try plan(model) }?.code == "model.head")
    var bare = try sample(.bare)
    bare.configuration["hidden_act"] = "relu"
    #expect(try plan(bare).configuration.activation == .relu)
  }

  @Test("The next-sentence head is left out, and that is said")
  func nextSentence() throws {
    var model = try sample(.maskedLanguageModel)
    model.configuration["architectures"] = ["BertForPreTraining"]
    try model.add("cls.seq_relationship.weight", [2, 8])
    try model.add("cls.seq_relationship.bias", [2])
    try model.add("bert.pooler.dense.weight", [8, 8])
    try model.add("bert.pooler.dense.bias", [8])
    let plan = try plan(model)
    #expect(plan.notes.count == 4)
    #expect(plan.notes.contains { $0.contains("seq_relationship.weight") })
    // The same model in another container keeps everything, under its own names.
    let same = try ConversionPlan(
      sameArchitecture: try model.recognized(), sourceTensors: model.tensors)
    #expect(same.tensors.map(\.descriptor) == model.tensors)
  }

  @Test("A separator that the vocabulary does not have is not written down")
  func separator() throws {
    #expect(try plan(try sample(.bare)).json["sep_token_id"] == nil)
  }
}
