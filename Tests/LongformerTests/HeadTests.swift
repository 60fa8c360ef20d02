import Foundation
import LFCore
import Longformer
import Synchronization
import TestSupport
import Testing

/// Labels, candidates for a mask token, cut texts, errors, and the async form.
@Suite("Text encoder's heads and limits")
struct HeadTests {
  private let goldens: TextGoldens
  private static let tolerance = 2e-5

  init() throws { goldens = try TextGoldens() }

  @Test(
    "Labels and probabilities are Hugging Face's, several at a time among them",
    arguments: ["roberta-labels", "longformer-labels"])
  func labels(name: String) throws {
    let found = try goldens.encoder(name).labels(of: goldens.texts)
    let expected = try #require(goldens.models[name]?.labels)
    #expect(found.count == expected.count)
    for (labels, wanted) in zip(found, expected) {
      #expect(Set(labels.map(\.name)) == ["calm", "glad", "sad"])
      #expect(labels.map(\.logit) == labels.map(\.logit).sorted(by: >))
      for label in labels {
        let probability = try #require(label.probability)
        #expect(abs(probability - wanted[label.index]) < Self.tolerance)
      }
    }
  }

  @Test("Labels of tokens are Hugging Face's")
  func tokenLabels() throws {
    let found = try goldens.encoder("bert-token-labels").tokenLabels(of: goldens.texts)
    let expected = try #require(goldens.models["bert-token-labels"]?.tokenLabels)
    for (tokens, wanted) in zip(found, expected) {
      #expect(tokens.count == wanted.count && tokens.first?.text == "[CLS]")
      for (token, row) in zip(tokens, wanted) {
        for label in token.labels {
          #expect(abs((label.probability ?? 0) - row[label.index]) < Self.tolerance)
        }
      }
    }
  }

  @Test("Candidates for mask tokens are Hugging Face's")
  func candidates() throws {
    let encoder = try goldens.encoder("longformer-masked-lm")
    let text = try #require(goldens.texts.last)
    let found = try encoder.candidates(in: text)
    let expected = try #require(goldens.models["longformer-masked-lm"]?.candidates)
    #expect(found.map { $0.map(\.id) } == expected.map { $0.map(\.id) })
    #expect(found.map { $0.map(\.text) } == expected.map { $0.map { $0.text } })
    for (a, b) in zip(found.joined(), expected.joined()) {
      #expect(abs(a.probability - b.probability) < Self.tolerance)
    }
    #expect(failure { try encoder.candidates(in: "no mask") }?.code == "text.mask")
    #expect(failure { try encoder.labels(of: ["a"]) }?.code == "head.labels")
    let other = try goldens.encoder("roberta-labels")
    #expect(failure { try other.candidates(in: "<mask>") }?.code == "head.masked-lm")
  }

  @Test("A text that is too long is cut, or refused before anything is run")
  func length() throws {
    let long = String(repeating: "word ", count: 400)
    let cut = try goldens.encoder("roberta-labels").embeddings(of: ["a", long])
    #expect(cut[0].cutCount == 0 && cut[1].tokenCount == 128 && cut[1].cutCount > 100)
    let short = try goldens.encoder("roberta-labels", .init(maximumLength: 9))
    #expect(try short.embeddings(of: [long])[0].tokenCount == 9)
    let strict = try goldens.encoder("roberta-labels", .init(overlong: .refuse))
    let error = failure { try strict.encode(["a", long]) }
    #expect(error?.code == "text.length" && error?.location.file == "text 1")
    #expect(
      failure { try goldens.encoder("roberta-labels", .init(maximumLength: 129)) }?.code
        == "text.maximum")
  }

  @Test("Normalised vectors are as long as 1, also those of tokens")
  func normalization() throws {
    for pooling in [Pooling.mean, .none] {
      let encoder = try goldens.encoder("roberta-labels", .init(pooling: pooling, normalizes: true))
      for vector in try encoder.encode(goldens.texts) {
        for start in stride(from: 0, to: vector.count, by: encoder.vectorSize) {
          let square = vector[start..<start + encoder.vectorSize].reduce(0.0) {
            $0 + Double($1) * Double($1)
          }
          #expect(abs(square - 1) < 1e-6)
        }
      }
    }
  }

  @Test("sentence-transformers' files that ask for something else are refused by name")
  func sentenceFiles() throws {
    let name = "sentence-bert"
    let pooling = "1_Pooling/config.json"
    func code(_ options: TextEncoderOptions = .init()) -> String? {
      failure { try goldens.encoder(name, options) }?.code
    }
    try goldens.write(#"{"pooling_mode_gem": true}"#, to: pooling, of: name)
    #expect(code() == "sentence.pooling")
    #expect(code(.init(pooling: .mean)) == nil)
    try goldens.write(#"{"pooling_mode": ["mean", "first"]}"#, to: pooling, of: name)
    #expect(code() == "sentence.pooling")
    try goldens.write("{", to: pooling, of: name)
    #expect(code()?.hasPrefix("json.") == true)
    try goldens.write(#"{"pooling_mode_mean_tokens": true}"#, to: pooling, of: name)
    #expect(code() == nil)
    try goldens.write(#"{"max_seq_length": 0}"#, to: "sentence_bert_config.json", of: name)
    #expect(code() == "sentence.length")
    try goldens.write("{}", to: "sentence_bert_config.json", of: name)
    try goldens.write(
      #"{"default_prompt_name": "x", "prompts": {}}"#, to: "config_sentence_transformers.json",
      of: name)
    #expect(code() == "sentence.prompt")
    try goldens.write("{}", to: "config_sentence_transformers.json", of: name)
    try goldens.write(#"[{"type": "a.Dense", "path": "2_Dense"}]"#, to: "modules.json", of: name)
    #expect(code() == "sentence.module")
    #expect(code(.init(pooling: .cls)) == nil)
  }

  @Test("The async form gives the same vectors, tells how far it is, and can be cancelled")
  func asynchronous() async throws {
    let encoder = try goldens.encoder("longformer-masked-lm")
    let texts = (0..<200).map { "text number \($0) of some words" }
    let plain = try encoder.inOneGo(texts)
    let steps = Steps()
    let vectors = try await encoder.encode(texts) { steps.add($0) }
    #expect(vectors == plain)
    let reports = steps.all
    #expect(reports.count > 1 && reports.last?.texts == 200 && reports.last?.textCount == 200)
    #expect(reports.map(\.texts) == reports.map(\.texts).sorted())
    // Cancelled at the first report, long before the last one.
    let held = Held()
    let task = Task {
      try await encoder.encode(Array(repeating: texts, count: 20).flatMap { $0 }) {
        held.cancel(at: $0)
      }
    }
    held.keep(task)
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(held.last < 4000)
    await #expect(throws: LFError.self) {
      try await goldens.encoder("roberta-labels", .init(overlong: .refuse))
        .encode([String(repeating: "word ", count: 400)])
    }
  }

  @Test(
    "The async forms of heads and hidden states give what the plain ones give, and can be cancelled"
  )
  func asynchronousHeads() async throws {
    let texts = goldens.texts
    let labels = try goldens.encoder("roberta-labels")
    #expect(try await labels.labels(of: texts) == labels.plainLabels(texts))
    let tokens = try goldens.encoder("bert-token-labels")
    #expect(try await tokens.tokenLabels(of: texts) == tokens.plainTokenLabels(texts))
    let masked = try goldens.encoder("longformer-masked-lm")
    let text = try #require(texts.last)
    #expect(try await masked.candidates(in: text) == masked.plainCandidates(text))
    #expect(try await masked.hiddenStates(of: text) == masked.plainStates(text))
    await #expect(throws: LFError.self) { try await labels.candidates(in: "<mask>") }
    let calls: [@Sendable () async throws -> Void] = [
      { _ = try await labels.labels(of: texts) },
      { _ = try await tokens.tokenLabels(of: texts) },
      { _ = try await masked.candidates(in: text) },
      { _ = try await masked.hiddenStates(of: text) },
    ]
    for call in calls {
      let task = Task {
        withUnsafeCurrentTask { $0?.cancel() }
        try await call()
      }
      await #expect(throws: CancellationError.self) { try await task.value }
    }
  }
}

/// Reports of a call, in their order.
private final class Steps: Sendable {
  private let list = Mutex<[EncodingProgress]>([])

  var all: [EncodingProgress] { list.withLock { $0 } }

  func add(_ step: EncodingProgress) { list.withLock { $0.append(step) } }
}

/// A task that is cancelled from its own progress.
private final class Held: Sendable {
  private let state = Mutex<(task: Task<[[Float]], any Error>?, last: Int)>((nil, 0))

  var last: Int { state.withLock { $0.last } }

  func keep(_ task: Task<[[Float]], any Error>) { state.withLock { $0.task = task } }

  func cancel(at progress: EncodingProgress) {
    state.withLock {
      $0.last = progress.texts
      $0.task?.cancel()
    }
  }
}

extension TextEncoder {
  // The plain forms, from where the async ones would be chosen.
  fileprivate func inOneGo(_ texts: [String]) throws -> [[Float]] { try encode(texts) }
  fileprivate func plainLabels(_ texts: [String]) throws -> [[LabelScore]] { try labels(of: texts) }
  fileprivate func plainTokenLabels(_ texts: [String]) throws -> [[TokenLabels]] {
    try tokenLabels(of: texts)
  }
  fileprivate func plainCandidates(_ text: String) throws -> [[TokenCandidate]] {
    try candidates(in: text)
  }
  fileprivate func plainStates(_ text: String) throws -> TextStates { try hiddenStates(of: text) }
}
