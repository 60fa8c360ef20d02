import LFCore
import LFEncoder
import LFFamilies
import LFModels
import LFTools
import TestSupport
import Testing

@Suite("Attention patterns compared")
struct AttentionComparisonTests {
  private static let model =
    Repository.golden("longformer-masked-lm-own-global-projections") + "/source"
  private static let folder = Repository.root + "/Golden/evaluation"

  private func compare(
    _ names: [String], model: String = Self.model,
    inputs: String = "longformer-masked-lm-own-global-projections",
    _ change: (inout AttentionComparison) -> Void = { _ in }
  ) throws -> AttentionComparisonResult {
    var comparison = AttentionComparison(
      patterns: try names.map { try AttentionName($0) }, threads: 2)
    change(&comparison)
    let rows = try EvaluationRows(inputs: Self.folder + "/\(inputs).safetensors")
    return try comparison.run(model) { (_) throws(LFError) in rows }
  }

  @Test("Full attention is no distance from itself, and drops nothing")
  func full() throws {
    let result = try compare(["full"])
    #expect(result.results.map(\.pattern) == ["full"])
    let full = try #require(result.results.first)
    #expect(full.hiddenStates.allSatisfy { $0.relativeRMSE == 0 && $0.smallestCosine > 0.999999 })
    #expect(try #require(full.droppedAttention).joined().allSatisfy { $0 == 0 })
    let head = try #require(full.languageModel)
    #expect(head.top1Agreement == 1 && head.meanKL == 0)
  }

  @Test("A window that reaches every token is full attention, a narrow one is not")
  func windows() throws {
    let result = try compare(["window:1024", "window:2", "window:2+global:first"])
    let wide = result.results[1]
    #expect((wide.hiddenStates.last?.relativeRMSE ?? 1) < 1e-5)
    #expect(try #require(wide.droppedAttention).joined().allSatisfy { $0 < 1e-6 })
    let narrow = result.results[2]
    #expect((narrow.hiddenStates.last?.relativeRMSE ?? 0) > 0.01)
    #expect(narrow.hiddenStates[0].relativeRMSE == 0, "the embeddings are the same")
    let dropped = try #require(narrow.droppedAttention).joined()
    #expect(dropped.allSatisfy { $0 > 0 && $0 < 1 })
    #expect((narrow.languageModel?.meanKL ?? 0) > 0)
    #expect(narrow.keysPerQuery < 3 && wide.keysPerQuery == result.results[0].keysPerQuery)
    #expect(narrow.flops < wide.flops)
    // The first token is seen by all, and sees all.
    let global = try #require(result.results[3].droppedAttention).joined()
    #expect(zip(global, dropped).allSatisfy { $0 < $1 })
  }

  @Test("The loss under full attention is that of evaluate, and the sums are by hand")
  func loss() throws {
    let name = "roberta-masked-lm-three-windows"
    let model = Repository.golden(name) + "/source"
    let result = try compare(["blockwise:2"], model: model, inputs: name)
    let rows = try EvaluationRows(inputs: Self.folder + "/\(name).safetensors")
    let evaluated = try Evaluation(threads: 1).run([model]) { (_) throws(LFError) in rows }
    let full = try #require(result.results.first?.languageModel)
    #expect(abs(full.natsPerToken - evaluated[0].natsPerToken) < 1e-9)

    // The last hidden states of both, through the library.
    let opened = try OpenedModel.open(model)
    let known = try opened.recognized()
    let base = try EncoderModel(
      configuration: known.configuration, source: try opened.canonicalSource(known), threads: 1)
    let blocks = try EncoderModel(base, attention: try AttentionName("blockwise:2"))
    var (difference, norm) = (0.0, 0.0)
    for row in rows.rows {
      let inputs = EncoderInputs(
        batch: 1, length: row.ids.count, inputIDs: row.ids, attentionMask: row.mask)
      let states = try [base, blocks].map {
        try #require(
          try $0.forward(inputs, options: ForwardOptions(head: false))["last_hidden_state"]
        ).values
      }
      let width = states[0].count / row.ids.count
      for (place, (full, other)) in zip(states[0], states[1]).enumerated()
      where row.mask[place / width] == 1 {
        difference += (Double(full) - Double(other)) * (Double(full) - Double(other))
        norm += Double(full) * Double(full)
      }
    }
    let measured = try #require(result.results[1].hiddenStates.last?.relativeRMSE)
    #expect(abs(measured - (difference / norm).squareRoot()) < 1e-9)
  }

  @Test("Inputs and lengths beyond the longest input repeat the positions")
  func tiling() throws {
    let name = "roberta-masked-lm-three-windows"
    let result = try compare(
      ["window:8"], model: Repository.golden(name) + "/source", inputs: name
    ) { $0.lengths = [20, 90] }
    #expect(result.isTiled && result.longestInput < 90)
    #expect(result.growth.map(\.length) == [20, 20, 90, 90])
    #expect(result.growth.allSatisfy { $0.seconds > 0 })
  }

  @Test("The page holds every pattern, and escapes names")
  func page() throws {
    let names = try ["full", "window:8", "lsh:4:2"].map { try AttentionName($0) }
    let result = try compare(["window:8", "lsh:4:2"]) { $0.lengths = [16, 32] }
    let page = ComparisonPage(result: result, machine: "<machine>").html
    for name in names { #expect(page.contains("<code>\(name.text)</code>")) }
    #expect(page.contains("&lt;machine&gt;") && !page.contains("<machine>"))
    #expect(!page.contains("nan") && !page.contains("http"))
  }

  @Test("What suits a length is a pattern for it", arguments: [1, 7, 30, 500, 4096])
  func suggested(length: Int) throws {
    for name in AttentionComparison.suggested(length: length) {
      #expect(throws: Never.self) { try AttentionName(name) }
    }
  }

  @Test("Patterns that do not fit are refused before any work")
  func refusals() throws {
    func code(_ name: String) -> String? { failure { try compare([name]) }?.code }
    #expect(code("lsh:100000:1") == "input.attention")
    #expect(code("window:8+global:100000") == "input.attention")
    #expect(code("window:8/8/8/8/8/8/8") == "attention.pattern")
  }
}
