import LFCore
import LFEncoder
import LFFamilies
import Testing

/// Inputs are refused before any work, with a code for each reason.
@Suite struct InputTests {
  private static func model(_ head: ModelHead = .bare) throws -> EncoderModel {
    var shape = TinyModel.Shape()
    shape.windows = [4, 4]
    shape.positions = 10
    shape.head = head
    let model = try TinyModel(shape, seed: 21)
    return try EncoderModel(configuration: model.configuration, source: model.source, threads: 1)
  }

  private static let ids = [0, 5, 6, 7, 2, 1]

  struct Bad: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let code: String
    let inputs: EncoderInputs

    init(_ name: String, _ code: String, _ change: (inout EncoderInputs) -> Void) {
      testDescription = name
      self.code = code
      var inputs = EncoderInputs(batch: 1, length: 6, inputIDs: InputTests.ids)
      change(&inputs)
      self.inputs = inputs
    }
  }

  static let bad = [
    Bad("an id beyond the vocabulary", "input.range") { $0.inputIDs[3] = 37 },
    Bad("a negative id", "input.range") { $0.inputIDs[3] = -1 },
    Bad("a token type beyond the table", "input.range") { $0.tokenTypeIDs = [0, 0, 0, 0, 0, 2] },
    Bad("a position beyond the table", "input.range") { $0.positionIDs = [2, 3, 4, 5, 6, 12] },
    Bad("too few ids", "input.shape") { $0.inputIDs.removeLast() },
    Bad("too short a mask", "input.shape") { $0.attentionMask = [1, 1] },
    Bad("too long a global mask", "input.shape") {
      $0.globalAttentionMask = [1, 0, 0, 0, 0, 0, 0]
    },
    Bad("an empty batch", "input.shape") {
      $0.batch = 0
      $0.inputIDs = []
    },
    Bad("no tokens", "input.shape") {
      $0.length = 0
      $0.inputIDs = []
    },
    Bad("dimensions whose product overflows", "input.shape") { $0.batch = .max },
    Bad("choices without a head for them", "input.shape") { $0.choices = 1 },
    Bad("a mask of twos", "input.mask") { $0.attentionMask = [1, 1, 2, 1, 1, 1] },
    Bad("a negative global mask", "input.mask") { $0.globalAttentionMask = [-1, 0, 0, 0, 0, 0] },
    Bad("a token more than there are positions", "input.length") {
      $0.length = 11
      $0.inputIDs = Array(repeating: 5, count: 11)
    },
  ]

  @Test(arguments: bad)
  func refused(_ bad: Bad) throws {
    let model = try Self.model()
    #expect { try model.forward(bad.inputs) } throws: { error in
      guard let error = error as? LFError else { return false }
      return error.kind == .refused && error.code == bad.code
    }
  }

  @Test("the longest input is named")
  func longestInput() throws {
    let model = try Self.model()
    let inputs = EncoderInputs(batch: 1, length: 12, inputIDs: Array(repeating: 5, count: 12))
    #expect { try model.forward(inputs) } throws: { error in
      "\(error)".contains("at most 10 tokens, the longest input of this model, found 12")
    }
  }

  @Test("padding tokens need no position of their own")
  func paddingBeyondTheTable() throws {
    let ids = Array(repeating: 5, count: 10) + Array(repeating: 1, count: 20)
    let inputs = EncoderInputs(
      batch: 1, length: 30, inputIDs: ids, attentionMask: ids.map { $0 == 1 ? 0 : 1 })
    #expect(try Self.model().forward(inputs)["last_hidden_state"]?.values.count == 30 * 16)
  }

  @Test("BERT counts every token, from row 0")
  func bertPositions() throws {
    var shape = TinyModel.Shape()
    shape.family = "bert"
    let model = try TinyModel(shape, seed: 24)
    try check(
      model, EncoderInputs(batch: 2, length: 4, inputIDs: [5, 1, 6, 7, 1, 1, 8, 9]))
    let reference = try EncoderModel(
      configuration: model.configuration, source: model.source, threads: 1)
    #expect {
      try reference.forward(
        EncoderInputs(batch: 1, length: 203, inputIDs: Array(repeating: 5, count: 203)))
    } throws: { error in
      "\(error)".contains("at most 202 tokens, the longest input of this model, found 203")
    }
  }

  @Test("choices are needed by multiple choice")
  func missingChoices() throws {
    let model = try Self.model(.multipleChoice)
    #expect {
      try model.forward(EncoderInputs(batch: 1, length: 6, inputIDs: Self.ids))
    } throws: { error in (error as? LFError)?.code == "input.shape" }
  }

  @Test("a global token is refused where attention is full")
  func globalOfFullAttention() throws {
    var shape = TinyModel.Shape()
    shape.family = "roberta"
    let model = try TinyModel(shape, seed: 22)
    let reference = try EncoderModel(
      configuration: model.configuration, source: model.source, threads: 1)
    var inputs = EncoderInputs(batch: 1, length: 6, inputIDs: Self.ids)
    inputs.globalAttentionMask = [0, 0, 0, 0, 0, 0]
    _ = try reference.forward(inputs)
    inputs.globalAttentionMask = [0, 0, 1, 0, 0, 0]
    #expect { try reference.forward(inputs) } throws: { error in
      (error as? LFError)?.code == "input.global-mask"
    }
  }

  @Test("explicit positions and types")
  func explicit() throws {
    var shape = TinyModel.Shape()
    shape.windows = [4, 4]
    try check(
      try TinyModel(shape, seed: 23),
      EncoderInputs(
        batch: 1, length: 6, inputIDs: Self.ids, tokenTypeIDs: [0, 1, 1, 0, 0, 1],
        positionIDs: [7, 0, 3, 3, 201, 1]))
  }
}
