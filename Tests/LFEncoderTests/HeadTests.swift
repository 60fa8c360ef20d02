import LFCore
import LFEncoder
import LFFamilies
import Testing

/// Every head, and the global tokens it chooses by itself.
@Suite struct HeadTests {
  private static func shape(_ head: ModelHead) -> TinyModel.Shape {
    var shape = TinyModel.Shape()
    shape.head = head
    shape.windows = [4, 6]
    return shape
  }

  private static let ids = [0, 5, 6, 2, 2, 7, 8, 9, 10, 2, 1, 1]

  @Test("masked LM: tied, own decoder, own bias", arguments: [false, true], [false, true])
  func maskedLanguageModel(hasDecoder: Bool, hasBias: Bool) throws {
    var shape = Self.shape(.maskedLanguageModel)
    shape.hasOwnDecoder = hasDecoder
    shape.hasDecoderBias = hasBias
    shape.activation = "relu"  // the head's own activation stays the exact GELU
    shape.vocabulary = 2500  // more than one block of the decoder
    let model = try TinyModel(shape, seed: 11)
    let inputs = EncoderInputs(
      batch: 2, length: 6, inputIDs: Self.ids,
      attentionMask: Self.ids.map { $0 == 1 ? 0 : 1 })
    for residency in [Residency.resident, .onDemand, .streamed] {
      try check(model, inputs, residency: residency)
    }
  }

  @Test("token classification has no global token by itself")
  func tokenClassification() throws {
    let model = try TinyModel(Self.shape(.tokenClassification), seed: 12)
    try check(model, EncoderInputs(batch: 2, length: 6, inputIDs: Self.ids))
  }

  @Test("sequence classification makes the first token global")
  func sequenceClassification() throws {
    let model = try TinyModel(Self.shape(.sequenceClassification), seed: 13)
    let inputs = EncoderInputs(batch: 1, length: 12, inputIDs: Self.ids)
    var explicit = inputs
    explicit.globalAttentionMask = [1] + Array(repeating: 0, count: 11)
    try check(model, inputs, reference: explicit)
    explicit.globalAttentionMask = Array(repeating: 0, count: 12)
    try check(model, explicit, "a given mask counts, even an empty one")
  }

  @Test("question answering makes the question global, in every row by its own separators")
  func questionAnswering() throws {
    let model = try TinyModel(Self.shape(.questionAnswering), seed: 14)
    let inputs = EncoderInputs(
      batch: 2, length: 8, inputIDs: [0, 5, 6, 2, 2, 7, 2, 1, 0, 5, 2, 2, 8, 9, 10, 2])
    var explicit = inputs
    explicit.globalAttentionMask = [1, 1, 1, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0]
    try check(model, inputs, reference: explicit)
  }

  @Test("two and four separators are refused, although six is the batch's number")
  func separators() throws {
    let model = try TinyModel(Self.shape(.questionAnswering), seed: 14)
    let reference = try EncoderModel(
      configuration: model.configuration, source: model.source, threads: 1)
    let inputs = EncoderInputs(
      batch: 2, length: 8, inputIDs: [0, 5, 6, 2, 2, 7, 8, 1, 0, 2, 2, 2, 8, 9, 10, 2])
    #expect { try reference.forward(inputs) } throws: { error in
      (error as? LFError)?.code == "input.separators"
    }
    var explicit = inputs
    explicit.globalAttentionMask = Array(repeating: 0, count: 16)
    try check(model, explicit)
  }

  @Test("multiple choice makes what follows the second separator global")
  func multipleChoice() throws {
    let model = try TinyModel(Self.shape(.multipleChoice), seed: 15)
    let inputs = EncoderInputs(
      batch: 1, choices: 2, length: 8,
      inputIDs: [0, 5, 6, 2, 2, 7, 2, 1, 0, 5, 2, 2, 8, 9, 10, 2])
    var explicit = inputs
    explicit.globalAttentionMask = [0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1, 1]
    try check(model, inputs, reference: explicit)
    let logits = try EncoderModel(
      configuration: model.configuration, source: model.source, threads: 1
    ).forward(inputs)["logits"]
    #expect(logits?.shape == [1, 2])
  }

  @Test(
    "full attention: no default makes a token global", arguments: ModelHead.allCases,
    ["roberta", "bert", "distilbert", "electra"])
  func fullAttention(_ head: ModelHead, _ family: String) throws {
    var shape = Self.shape(head)
    shape.family = family
    shape.activation = "relu"  // in BERT the masked-LM head follows it
    shape.windows = []
    let choices = head == .multipleChoice ? 2 : nil
    let batch = head == .multipleChoice ? 1 : 2
    try check(
      try TinyModel(shape, seed: 16),
      EncoderInputs(batch: batch, choices: choices, length: 6, inputIDs: Self.ids))
  }

  @Test("shapes of the outputs")
  func shapes() throws {
    var shape = Self.shape(.maskedLanguageModel)
    shape.hasPooler = true
    let model = try TinyModel(shape, seed: 17)
    let inputs = EncoderInputs(batch: 3, length: 4, inputIDs: Self.ids)
    let reference = try EncoderModel(
      configuration: model.configuration, source: model.source, threads: 1)
    let all = try reference.forward(inputs, options: ForwardOptions(hiddenStates: true))
    #expect(
      all.tensors.map(\.name) == [
        "hidden_states.0", "hidden_states.1", "hidden_states.2", "last_hidden_state",
        "pooler_output", "logits",
      ])
    #expect(
      all.tensors.map(\.shape) == [
        [3, 4, 16], [3, 4, 16], [3, 4, 16], [3, 4, 16], [3, 16], [3, 4, 37],
      ])
    let bare = try reference.forward(inputs, options: ForwardOptions(head: false))
    #expect(bare.tensors.map(\.name) == ["last_hidden_state"])
  }
}
