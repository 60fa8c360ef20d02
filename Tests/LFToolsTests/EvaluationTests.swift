import Foundation
import LFCore
import LFFamilies
import LFModels
import LFTools
import TestSupport
import Testing

@Suite("Masked-LM loss")
struct EvaluationTests {
  private struct Reference: Decodable {
    let `case`: String
    let scored: Int
    let loss: Double
  }

  private static let folder = Repository.root + "/Golden/evaluation"

  private static func references() throws -> [Reference] {
    let data = try Data(contentsOf: URL(fileURLWithPath: folder + "/losses.json"))
    return try JSONDecoder().decode([Reference].self, from: data)
  }

  private func evaluate(
    _ name: String, inputs: String? = nil, _ change: (inout Evaluation) -> Void = { _ in }
  ) throws -> ModelEvaluation {
    var evaluation = Evaluation(threads: 2)
    change(&evaluation)
    let rows = try EvaluationRows(inputs: inputs ?? Self.folder + "/\(name).safetensors")
    let results = try evaluation.run([Repository.golden(name) + "/source"]) {
      (_) throws(LFError) in rows
    }
    return try #require(results.first)
  }

  @Test("The loss is Hugging Face's in float64, for every golden with the head")
  func huggingFace() throws {
    let references = try Self.references()
    #expect(references.count >= 20)
    for reference in references {
      let result = try evaluate(reference.case)
      #expect(result.scored == reference.scored, "\(reference.case)")
      let difference = abs(result.natsPerToken - reference.loss) / reference.loss
      #expect(difference <= 1e-6, "\(reference.case): \(difference)")
      #expect(abs(result.bitsPerToken * log(2) - result.natsPerToken) < 1e-12)
      #expect(result.bitsPerCharacter == nil && (0...1).contains(result.top1))
    }
  }

  @Test("fairseq's mask token is the row behind its dictionary's last line")
  func fairseqMask() throws {
    let scratch = try Scratch()
    let source = Repository.golden("fairseq-legacy-pickle") + "/source"
    let rows = EvaluationRows(
      rows: [EvaluationRows.Row(ids: (0..<200).map { 4 + $0 % 35 })], origin: "rows")
    func loss(_ folder: String) throws -> Double {
      let results = try Evaluation(threads: 2).run([folder]) { (_) throws(LFError) in rows }
      return try #require(results.first).natsPerToken
    }
    let expected = try loss(source)
    // The same said by the file itself, and by another row the loss is another.
    for (last, isEqual) in [("<mask> 0\n", true), ("x 0\n", false)] {
      let folder = try scratch.copy(source, as: "with-\(isEqual)")
      let dictionary = URL(filePath: folder + "/dict.txt")
      var text = try String(contentsOf: dictionary, encoding: .utf8)
      if !isEqual { text = text.replacingOccurrences(of: "w7 ", with: "<mask> ") }
      try (text + last).write(to: dictionary, atomically: true, encoding: .utf8)
      #expect(try (loss(folder) == expected) == isEqual)
    }
    let folder = try scratch.copy(source, as: "without")
    try FileManager.default.removeItem(atPath: folder + "/dict.txt")
    #expect { try loss(folder) } throws: { ($0 as? LFError)?.code == "evaluate.mask-token" }
  }

  @Test("Positions add up to the whole, and cuts are at the longest input")
  func positions() throws {
    let result = try evaluate("roberta-masked-lm-three-windows")
    let scored = result.byPosition.reduce(0) { $0 + $1.scored }
    let sum = result.byPosition.reduce(0) { $0 + Double($1.scored) * $1.natsPerToken }
    #expect(scored == result.scored)
    #expect(abs(sum / Double(scored) - result.natsPerToken) < 1e-12)
    #expect(result.byPosition.last?.range.upperBound ?? 0 <= result.length)
  }

  @Test("A row cut into pieces is the pieces, each by itself")
  func pieces() throws {
    let name = "length-131-windows-4-12-20"
    let whole = try evaluate(name) { $0.length = 50 }
    let rows = try EvaluationRows(inputs: Self.folder + "/\(name).safetensors")
    var sum = 0.0
    for row in rows.rows {
      for start in stride(from: 0, to: row.ids.count, by: 50) {
        let end = min(row.ids.count, start + 50)
        var piece = EvaluationRows.Row(ids: Array(row.ids[start..<end]))
        piece.mask = Array(row.mask[start..<end])
        piece.labels = row.labels.map { Array($0[start..<end]) }
        piece.global = row.global.map { Array($0[start..<end]) }
        guard piece.labels?.contains(where: { $0 >= 0 }) == true else { continue }
        let part = EvaluationRows(rows: [piece], origin: "piece")
        let result = try #require(
          try Evaluation(threads: 1).run([Repository.golden(name) + "/source"]) {
            (_) throws(LFError) in part
          }.first)
        sum += result.natsPerToken * Double(result.scored)
      }
    }
    #expect(whole.length == 50)
    #expect(abs(sum / Double(whole.scored) - whole.natsPerToken) < 1e-12)
  }

  @Test("A seed chooses the tokens that the specification's generator chooses")
  func choice() throws {
    // Computed from Specs/evaluation.md by another program; place 6 holds a separator.
    var row = EvaluationRows.Row(ids: Array(repeating: 5, count: 16))
    row.ids[6] = 2
    for (seed, places) in [(0, [2, 4]), (3, [0, 3]), (6, [2, 3, 8, 10, 15]), (7, [1, 8, 10])] {
      var evaluation = Evaluation(threads: 1)
      evaluation.seed = UInt64(seed)
      let result = try #require(
        try evaluation.run([Repository.golden("roberta-masked-lm-three-windows") + "/source"]) {
          (_) throws(LFError) in EvaluationRows(rows: [row], origin: "row")
        }.first)
      #expect(result.byPosition.map(\.range.lowerBound) == places, "seed \(seed)")
      #expect(result.scored == places.count && result.tokens == 16)
    }
  }

  @Test("Texts are read through the model's tokenizer, and bits by the characters that are scored")
  func texts() throws {
    let scratch = try Scratch()
    let long = "one two three four five six seven eight nine ten eleven twelve"
    let lines = ["abc def ghi", "", long]
    try scratch.file("texts.txt", Data(lines.joined(separator: "\n").utf8))
    let path = Repository.golden("roberta-masked-lm-three-windows") + "/source"
    let source = try EvaluationSource(text: scratch("texts.txt"))
    let rows = try source.rows(for: try OpenedModel.open(path)).rows
    #expect(rows.count == 3)
    for (row, line) in zip(rows, lines) {
      #expect(row.ids.first == 0 && row.ids.last == 2, "special tokens around")
      #expect(row.characters?.reduce(0, +) ?? 0 <= line.count)
    }
    var evaluation = Evaluation(threads: 1)
    evaluation.seed = 3
    let result = try #require(
      try evaluation.run([path]) { (model) throws(LFError) in try source.rows(for: model) }.first)
    #expect(result.tokens == rows.reduce(0) { $0 + $1.ids.count })
    #expect(result.length <= result.longestInput, "the third line is taken in pieces")
    let characters = try #require(result.characters)
    #expect(characters >= result.scored)
    let bits = try #require(result.bitsPerCharacter)
    #expect(
      abs(bits * Double(characters) - result.bitsPerToken * Double(result.scored)) < 1e-9)
    #expect(failure { try EvaluationSource(text: scratch("nowhere")) }?.code == "io.not-found")
  }

  @Test("Another attention: a wide window changes nothing, a narrow one does")
  func attention() throws {
    let name = "roberta-masked-lm-three-windows"
    let own = try evaluate(name)
    let wide = try evaluate(name) { $0.attention = try? AttentionName("window:200") }
    let narrow = try evaluate(name) { $0.attention = try? AttentionName("window:2+global:first") }
    #expect(own.attention == "full" && wide.attention == "window:200")
    #expect(abs(own.natsPerToken - wide.natsPerToken) < 1e-4)
    #expect(abs(own.natsPerToken - narrow.natsPerToken) > 1e-3)
    let windows = try evaluate("length-131-windows-4-12-20")
    #expect(windows.attention == "window:4/12/20")
  }

  @Test("Bad input is refused by name")
  func refusals() throws {
    let name = "roberta-masked-lm-three-windows"
    func code(_ model: String, _ rows: [EvaluationRows.Row], length: Int? = nil) -> String? {
      var evaluation = Evaluation(threads: 1)
      evaluation.length = length
      return failure {
        try evaluation.run([Repository.golden(model) + "/source"]) { (_) throws(LFError) in
          EvaluationRows(rows: rows, origin: "rows")
        }
      }?.code
    }
    var row = EvaluationRows.Row(ids: [3, 4, 5, 6])
    #expect(code("bert-masked-lm-relu", [row]) == "evaluate.mask-token")
    row.labels = [-100, -100, -100, -100]
    #expect(code(name, [row]) == "evaluate.nothing")
    row.labels = [-100, 1_000_000, -100, -100]
    #expect(code(name, [row]) == "evaluate.inputs")
    row.labels = [-100, 3, -100, -100]
    #expect(code(name, [row], length: 1_000_000) == "evaluate.length")
    #expect(code("roberta-bare-with-pooler", [row]) == "evaluate.head")
    #expect(code("token-classification", [row]) == "evaluate.head")
    row.ids[0] = -1
    #expect(code(name, [row]) == "input.range")
  }

  @Test("Labels and types of a file are checked")
  func files() throws {
    let scratch = try Scratch()
    func code(_ tensors: [HandMadeModel.Tensor]) throws -> String? {
      try scratch.file("inputs.safetensors", HandMadeModel.safetensors(tensors))
      return failure { try EvaluationRows(inputs: scratch("inputs.safetensors")) }?.code
    }
    #expect(try code([.init("input_ids", [2], integers: [1, 2])]) == "evaluate.inputs")
    #expect(try code([.init("labels", [1, 2], integers: [1, 2])]) == "evaluate.inputs")
  }
}
