import Foundation
import LFCore
import Longformer
import TestSupport
import Testing

/// The front door, beside what Hugging Face and sentence-transformers compute.
@Suite("Text encoder")
struct TextEncoderTests {
  private let goldens: TextGoldens
  /// That of the golden cases.
  private static let tolerance: Float = 2e-5

  init() throws { goldens = try TextGoldens() }

  @Test("Vectors are Hugging Face's, by pooling and global tokens", arguments: TextGoldens.names)
  func vectors(name: String) throws {
    for expected in try #require(goldens.models[name]).vectors {
      let options = TextEncoderOptions(
        pooling: try #require(Pooling(rawValue: expected.pooling)), normalizes: false,
        globalTokens: try #require(GlobalTokens(rawValue: expected.global)))
      let vectors = try goldens.encoder(name, options).encode(goldens.texts)
      #expect(vectors.count == goldens.texts.count)
      for (found, wanted) in zip(vectors, expected.values) {
        #expect(
          distance(found, wanted) < Self.tolerance, "\(expected.pooling) \(expected.global)")
      }
    }
  }

  @Test("A sentence-transformers folder gives sentence-transformers' vectors")
  func sentenceTransformers() throws {
    let encoder = try goldens.encoder("sentence-bert")
    #expect(encoder.vectorSize == 2 * encoder.hiddenSize && encoder.maximumLength == 40)
    let expected = try #require(goldens.models["sentence-bert"]?.sentenceTransformers)
    let vectors = try encoder.encode(goldens.texts)
    for (found, wanted) in zip(vectors, expected) {
      #expect(distance(found, wanted) < Self.tolerance)
    }
  }

  @Test("Global tokens auto: the first one for cls, none for mean and max")
  func globals() throws {
    let name = "longformer-masked-lm"
    for pooling in [Pooling.cls, .mean, .max] {
      let auto = try goldens.encoder(name, .init(pooling: pooling)).encode(goldens.texts)
      let same: GlobalTokens = pooling == .cls ? .first : .none
      let other: GlobalTokens = pooling == .cls ? .none : .first
      for (choice, isSame) in [(same, true), (other, false)] {
        let options = TextEncoderOptions(pooling: pooling, globalTokens: choice)
        #expect(try (goldens.encoder(name, options).encode(goldens.texts) == auto) == isSame)
      }
    }
  }

  @Test(
    "A text's results have the same bits alone and among others, on any number of threads",
    arguments: TextGoldens.names)
  func independent(name: String) throws {
    // More than a pack, in lengths that leave a ragged end; one that holds special tokens.
    let texts =
      goldens.texts + ["a </s> <mask><pad> [SEP] [MASK][PAD] <s> b"]
      + (0..<60).map { String(repeating: "word and ", count: $0) }
    for pooling in Pooling.allCases {
      let options = TextEncoderOptions(pooling: pooling)
      let together = try goldens.encoder(name, options).encode(texts)
      let alone = try goldens.encoder(name, options, threads: 1)
      for (text, vector) in zip(texts, together) { #expect(try alone.encode([text]) == [vector]) }
    }
  }

  @Test("Hidden states of every layer", arguments: TextGoldens.names)
  func hiddenStates(name: String) throws {
    let options = TextEncoderOptions(globalTokens: .none)
    let states = try goldens.encoder(name, options).hiddenStates(of: goldens.texts[0])
    let expected = try #require(goldens.models[name]).hiddenStates
    #expect(states.layers.count == expected.count && states.tokens.count == states.shape[0])
    for (found, wanted) in zip(states.layers, expected) {
      #expect(distance(found, wanted.flatMap { $0 }) < Self.tolerance)
    }
    let tokens = try goldens.encoder(name, .init(pooling: .none, globalTokens: .none))
      .embeddings(of: [goldens.texts[0]])[0]
    #expect(tokens.shape == states.shape && tokens.values == states.layers.last)
  }
}
