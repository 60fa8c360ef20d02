import Foundation
import LFCore
import LFTokenizers
import TestSupport
import Testing

/// What is not known or malformed is refused by name, with its place.
@Suite("Refused tokenizers")
struct RefusalTests {
  private static func tokenizer(
    model: String =
      #"{"type":"WordLevel","vocab":{"a":0,"[UNK]":1},"unk_token":"[UNK]"}"#,
    others: String = ""
  ) throws -> Tokenizer {
    try Tokenizer(json: Array(#"{"version":"1.0",\#(others)"model":\#(model)}"#.utf8))
  }

  @Test("The smallest tokenizer that is right")
  func right() throws {
    #expect(try Self.tokenizer().encode("a").ids == [0])
  }

  @Test(
    "Unknown parts and members",
    arguments: [
      (#""extra":1,"#, "extra", "tokenizer.unknown-part"),
      (#""normalizer":{"type":"Sorting"},"#, "normalizer.type", "tokenizer.unknown-part"),
      (#""normalizer":{"type":"NFC","x":1},"#, "normalizer.x", "tokenizer.unknown-part"),
      (
        #""normalizer":{"type":"Sequence","normalizers":[{"type":"NFC"},{"type":"Y"}]},"#,
        "normalizer.normalizers[1].type", "tokenizer.unknown-part"
      ),
      (
        #""pre_tokenizer":{"type":"UnicodeScripts"},"#, "pre_tokenizer.type",
        "tokenizer.unknown-part"
      ),
      (
        #""pre_tokenizer":{"type":"Split","pattern":{"Regex":"(?<x>a)"},"behavior":"Removed","invert":false},"#,
        "pre_tokenizer.pattern.Regex", "tokenizer.regex"
      ),
      (
        #""pre_tokenizer":{"type":"Split","pattern":{"String":"a"},"behavior":"Sideways","invert":false},"#,
        "pre_tokenizer.behavior", "tokenizer.unknown-part"
      ),
      (#""post_processor":{"type":"Z"},"#, "post_processor.type", "tokenizer.unknown-part"),
      (#""decoder":{"type":"Z"},"#, "decoder.type", "tokenizer.unknown-part"),
      (
        #""normalizer":{"type":"Precompiled","precompiled_charsmap":"AAAA"},"#,
        "normalizer.precompiled_charsmap", "tokenizer.charsmap"
      ),
      (#""added_tokens":[{"id":0}],"#, "added_tokens[0].content", "tokenizer.json"),
    ])
  func unknown(others: String, entry: String, code: String) throws {
    let error = try #require(failure { try Self.tokenizer(others: others) })
    #expect(error.code == code && error.location.entry == entry, "\(error)")
  }

  @Test(
    "Models that are malformed",
    arguments: [
      (#"{"type":"BPE","vocab":{"a":0},"merges":[["a","b"]]}"#, "tokenizer.json"),
      (#"{"type":"BPE","vocab":{"a":0},"merges":[],"dropout":0.1}"#, "tokenizer.unknown-part"),
      (#"{"type":"BPE","vocab":{"a":0,"\u0061":1},"merges":[]}"#, "json.duplicate-key"),
      (#"{"type":"BPE","vocab":{"a":-1},"merges":[]}"#, "json.number"),
      (#"{"type":"BPE","vocab":{"a":1.5},"merges":[]}"#, "json.number"),
      (#"{"type":"BPE","vocab":{"a":4294967296},"merges":[]}"#, "json.number"),
      (#"{"type":"BPE","vocab":{"a":0}}"#, "tokenizer.json"),
      (#"{"type":"Unigram","vocab":[["a",0.0]],"unk_id":1}"#, "tokenizer.json"),
      (#"{"type":"Unigram","vocab":[["a",1e999]],"unk_id":0}"#, "json.number"),
      (#"{"type":"Unigram","vocab":{"a":0},"unk_id":0}"#, "tokenizer.json"),
      (#"{"type":"WordLevel","vocab":{"a":0},"unk_token":"b"}"#, "tokenizer.unknown-token"),
      (#"{"type":"Markov","vocab":{"a":0}}"#, "tokenizer.unknown-part"),
      (#"{"type":"BPE","vocab":{"a":0},"merges":["a b c"]}"#, "tokenizer.merges"),
      (#"{"type":"BPE","vocab":{"a":0},"merges":[]"#, "json.syntax"),
    ])
  func malformed(model: String, code: String) throws {
    let error = try #require(failure { try Self.tokenizer(model: model).encode("z") })
    #expect(error.code == code, "\(error)")
  }

  @Test("An expression that goes back without end is refused once it does")
  func regularExpression() throws {
    let others = """
      "pre_tokenizer":{"type":"Split","pattern":{"Regex":"(a|aa)+b"},"behavior":"Removed",\
      "invert":false},
      """
    let tokenizer = try Self.tokenizer(others: others)
    #expect(try tokenizer.encode("aab").ids.isEmpty)
    let error = failure { try tokenizer.encode(String(repeating: "a", count: 2_000)) }
    #expect(error?.code == "tokenizer.regex-cost")
  }

  @Test("Text that is not UTF-8, with its place")
  func invalidText() throws {
    let tokenizer = try Self.tokenizer()
    for (bytes, offset) in [([0x61, 0xFF], 1), ([0xED, 0xA0, 0x80], 0), ([0x61, 0xC3], 1)] {
      let error = failure { try tokenizer.encode(utf8: bytes.map { UInt8($0) }) }
      #expect(error?.code == "tokenizer.encoding" && error?.location.offset == offset)
    }
  }

  @Test("A model without a tokenizer, and a dictionary of words")
  func noFile() throws {
    #expect(failure { try TokenizerFiles([]).tokenizer() }?.code == "tokenizer.none")
    let words = CarriedFile(name: "dict.txt", bytes: Array("the 10\n".utf8))
    #expect(failure { try TokenizerFiles([words]).tokenizer() }?.code == "tokenizer.dictionary")
  }

  @Test("fairseq's dictionary of single characters")
  func characters() throws {
    let file = CarriedFile(name: "dict.txt", bytes: Array("A 10\nC 9\n".utf8))
    let tokenizer = try TokenizerFiles([file]).tokenizer()
    #expect(try tokenizer.encode("CA XA<mask>").ids == [0, 5, 4, 3, 4, 6, 2])
  }

  @Test("Every prefix of a SentencePiece model and of a tokenizer.json ends in an error")
  func truncated() throws {
    for (file, name) in [
      ("files-xlm-roberta/sentencepiece.bpe.model", "sentencepiece.bpe.model"),
      ("unigram-bytes.json", "tokenizer.json"),
    ] {
      let bytes = [UInt8](try Data(contentsOf: URL(filePath: GoldenLines.folder + "/" + file)))
      var accepted = 0
      for count in stride(from: 0, to: bytes.count, by: 211) {
        let part = CarriedFile(name: name, bytes: Array(bytes.prefix(count)))
        if let error = failure({ try TokenizerFiles([part]).tokenizer().encode("a") }) {
          #expect(error.kind == .refused || error.kind == .unsupported, "\(count) bytes: \(error)")
        } else {
          accepted += 1
        }
      }
      // A SentencePiece model may end between two pieces, JSON nowhere.
      #expect(accepted <= (name.hasSuffix(".json") ? 0 : 3), "\(name)")
    }
  }

  @Test(
    "Time grows with the length, also of a single word",
    arguments: ["roberta", "bert-uncased", "unigram", "bpe-fallback"])
  func linear(name: String) throws {
    let data = try Data(contentsOf: URL(filePath: GoldenLines.folder + "/\(name).json"))
    let tokenizer = try Tokenizer(json: [UInt8](data))
    func seconds(_ text: String) throws -> Double {
      let clock = ContinuousClock()
      let start = clock.now
      _ = try tokenizer.encode(text)
      return (clock.now - start) / .seconds(1)
    }
    for unit in ["abcdefghij", "e\u{301}\u{323}", " ", "\u{300}"] {
      let short = String(repeating: unit, count: 2_000)
      _ = try seconds(short)
      let first = try seconds(short)
      let long = try seconds(String(repeating: short, count: 8))
      // Quadratic time would be 64 times as much.
      #expect(long < 24 * first + 0.05, "\(unit): \(first) s and \(long) s")
    }
  }
}
