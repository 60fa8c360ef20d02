public import LFCore
import Synchronization

/// Makes texts into the ids that a model reads, exactly as Hugging Face's tokenizers do.
///
/// It is made from the files that models carry (`TokenizerFiles`), and opens
/// none itself. One tokenizer serves any number of threads.
public struct Tokenizer: Sendable {
  let pipeline: Pipeline
  private let pool = ScratchPool()

  init(_ pipeline: Pipeline) { self.pipeline = pipeline }

  /// Most bytes of one text.
  static let textLimit = 1 << 30

  /// Makes a text, or a pair of texts, into tokens.
  ///
  /// - Throws: `tokenizer.unknown-token` when the vocabulary has nothing for a
  ///   character and no unknown token; `tokenizer.truncation`; `tokenizer.regex-cost`.
  public func encode(
    _ text: String, pair: String? = nil, options: EncodingOptions = .init()
  ) throws(LFError) -> TokenEncoding {
    try encode(valid: Array(text.utf8), pair: pair.map { Array($0.utf8) }, options)
  }

  /// Makes UTF-8 text into tokens.
  ///
  /// - Throws: `tokenizer.encoding` with the offset of the first byte that is
  ///   not valid UTF-8: nothing is put in its place.
  public func encode(
    utf8 text: [UInt8], pair: [UInt8]? = nil, options: EncodingOptions = .init()
  ) throws(LFError) -> TokenEncoding {
    for text in [text, pair ?? []] {
      if let offset = UTF8Text.firstInvalid(text, in: text.indices) {
        throw .refused(
          "tokenizer.encoding", at: .init(offset: offset), expected: "valid UTF-8",
          found: "byte 0x" + String(text[offset], radix: 16))
      }
    }
    return try encode(valid: text, pair: pair, options)
  }

  /// The texts of an encoding's tokens, special ones among them.
  public func tokens(of encoding: TokenEncoding) -> [String] {
    encoding.list.map { encoding.text(of: $0, pipeline.model.vocabulary) }
  }

  /// The id of a token, nil when there is none of this text.
  public func id(of token: String) -> Int? {
    let bytes = Array(token.utf8)
    let added = pipeline.added.tokens.last { $0.content == bytes }
    return (added?.id ?? pipeline.model.vocabulary.id(of: bytes)).map(Int.init)
  }

  /// The token with an id, nil when there is none.
  public func token(of id: Int) -> String? {
    guard let id = UInt32(exactly: id) else { return nil }
    let added = pipeline.added.tokens.last { $0.id == id }
    return added.map { String(decoding: $0.content, as: UTF8.self) }
      ?? pipeline.model.vocabulary.token(id)
  }

  /// One more than the largest id.
  public var idBound: Int {
    max(
      pipeline.model.vocabulary.idBound,
      (pipeline.added.tokens.map { Int($0.id) + 1 }.max() ?? 0))
  }

  /// Remarks on the files for the user.
  public var notes: [String] { pipeline.notes }

  /// The same tokenizer, but all text is made lower case first, special tokens
  /// excepted: sentence-transformers' `do_lower_case`.
  package func lowercasing() -> Tokenizer {
    var pipeline = pipeline
    pipeline.normalizer = .sequence([.lowercase] + (pipeline.normalizer.map { [$0] } ?? []))
    return Tokenizer(pipeline)
  }

  /// Number of tokens that are put around one text, or around two.
  public func specialTokenCount(isPair: Bool = false) -> Int {
    pipeline.postProcessor?.addedCount(isPair: isPair) ?? 0
  }

  private func encode(
    valid text: [UInt8], pair: [UInt8]?, _ options: EncodingOptions
  ) throws(LFError) -> TokenEncoding {
    var scratch = pool.take()
    defer { pool.give(scratch) }
    let truncation = try pipeline.truncation(options)
    var texts: [TokenEncoding] = []
    for (index, text) in ([text] + (pair.map { [$0] } ?? [])).enumerated() {
      guard text.count <= Self.textLimit else {
        throw .refused(
          "tokenizer.text-size", expected: "a text of at most \(Self.textLimit) bytes",
          found: "\(text.count)")
      }
      texts.append(try pipeline.tokenize(text, typeID: index, &scratch))
    }
    return try pipeline.finish(texts, options, truncation)
  }
}

/// Memory that calls use one after the other.
private final class ScratchPool: Sendable {
  private let free = Mutex<[TokenScratch]>([])

  func take() -> TokenScratch { free.withLock { $0.popLast() } ?? TokenScratch() }

  func give(_ scratch: TokenScratch) {
    free.withLock { if $0.count < 64 { $0.append(scratch) } }
  }
}
