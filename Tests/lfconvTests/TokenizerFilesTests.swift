import Foundation
import TestSupport
import Testing

/// Tokenizers that conversions make of fairseq's files, or say that they lack.
///
/// That Hugging Face's library reads them, and gives fairseq's ids, is shown by
/// `Golden/tools/interop_tokenizers.py`.
@Suite("Tokenizers in conversions")
struct TokenizerFilesTests {
  private let scratch: Scratch
  init() throws { scratch = try Scratch() }

  /// A fairseq model of 40 rows: 4 special tokens, 35 lines and a mask.
  private func fairseq(_ lines: [String], _ files: [String: String] = [:]) throws -> String {
    let model = Repository.golden("fairseq-legacy-pickle") + "/source/model.pt"
    try scratch.write("source/dict.txt", lines.map { $0 + " 1\n" }.joined())
    _ = try scratch.copy(model, as: "source/model.pt")
    for (name, text) in files { try scratch.write("source/" + name, text) }
    return scratch("source")
  }

  private func convert(
    _ source: String, _ command: String = "roberta-to-longformer"
  ) throws -> [String] {
    let options = command == "convert" ? [] : ["--max-positions", "90"]
    let result = try Program.run(
      [command, source, "-o", scratch("out"), "--force", "--json"] + options)
    #expect(result.exitCode == 0, "\(result.errors)")
    return result.json["notes"] as? [String] ?? []
  }

  private func object(_ name: String) throws -> [String: Any] {
    let data = try Data(contentsOf: URL(fileURLWithPath: scratch("out/" + name)))
    return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
  }

  private var letters: [String] { (0..<35).map { String(UnicodeScalar(UInt8(65 + $0))) } }

  @Test("A dictionary of single characters becomes a tokenizer", arguments: [true, false])
  func characters(isConversion: Bool) throws {
    let command = isConversion ? "roberta-to-longformer" : "convert"
    let notes = try convert(try fairseq(letters), command)
    #expect(notes.contains { $0.hasPrefix("tokenizer.json was made of dict.txt") })
    let tokenizer = try object("tokenizer.json")
    let model = try #require(tokenizer["model"] as? [String: Any])
    var expected = ["<s>": 0, "<pad>": 1, "</s>": 2, "<unk>": 3, "<mask>": 39]
    for (place, letter) in letters.enumerated() { expected[letter] = 4 + place }
    #expect(model["vocab"] as? [String: Int] == expected)
    #expect((model["merges"] as? [Any])?.isEmpty == true)
    #expect(model["unk_token"] as? String == "<unk>" && model["fuse_unk"] as? Bool == false)
    let added = try #require(tokenizer["added_tokens"] as? [[String: Any]])
    #expect(added.map { $0["id"] as? Int } == [0, 1, 2, 3, 39])
    let settings = try object("tokenizer_config.json")
    let longest = isConversion ? 90 : try #require(try inspected("source")["longest_input"] as? Int)
    #expect(settings["model_max_length"] as? Int == longest)
    #expect(settings["mask_token"] as? String == "<mask>")
    #expect(
      try Program.run(["inspect", scratch("out")]).output
        .contains("tokenizer in tokenizer.json\n"))

    // The same through a container, and from the folder on.
    let container = try Program.run(["convert", scratch("source"), "-o", scratch("a.lfz")])
    #expect(container.exitCode == 0, "\(container.errors)")
    let through = try Program.run(["convert", scratch("a.lfz"), "-o", scratch("through")])
    #expect(through.exitCode == 0 && !through.errors.contains("tokenizer"), "\(through.errors)")
    #expect(
      scratch.isSame("through/tokenizer.json", "out/tokenizer.json"))
  }

  private func inspected(_ name: String) throws -> [String: Any] {
    try Program.run(["inspect", scratch(name), "--json"]).json["model"] as? [String: Any] ?? [:]
  }

  @Test("A mark for spaces is written for them, and fillers have their rows")
  func spaces() throws {
    let lines = ["\u{2581}"] + letters.prefix(32) + ["madeupword0000", "madeupword0001"]
    _ = try convert(try fairseq(lines))
    let tokenizer = try object("tokenizer.json")
    let vocabulary = (tokenizer["model"] as? [String: Any])?["vocab"] as? [String: Int]
    #expect(vocabulary?["\u{2581}"] == 4 && vocabulary?["madeupword0001"] == 38)
    let steps = (tokenizer["normalizer"] as? [String: Any])?["normalizers"] as? [[String: Any]]
    #expect(steps?.first?["content"] as? String == "\u{2581}")
  }

  @Test("What does not say how text is taken apart becomes no tokenizer, and this is said")
  func words() throws {
    let notes = try convert(try fairseq((0..<35).map { "word\($0)" }))
    let note = try #require(notes.first { $0.hasPrefix("no tokenizer is written: ") })
    #expect(note.contains("does not say how text becomes them") && note.contains("AutoTokenizer"))
    #expect(!scratch.namesIn("out").contains { $0.hasPrefix("tokenizer") })
    #expect(try Program.run(["inspect", scratch("out")]).output.contains("no tokenizer\n"))
    // The note is for people as well.
    let result = try Program.run(
      ["convert", scratch("source"), "-o", scratch("b.lfz")])
    #expect(result.errors.contains("no tokenizer is written: "))
  }

  @Test("A special token with two rows becomes no tokenizer")
  func redefined() throws {
    let source = try fairseq(Array(letters.prefix(34)))
    let file = scratch("source/dict.txt")
    let text = try String(contentsOfFile: file, encoding: .utf8) + "<s> 1 #fairseq:overwrite\n"
    try Data(text.utf8).write(to: URL(fileURLWithPath: file))
    let notes = try convert(source)
    #expect(notes.contains { $0.contains("the special token <s> another row") })
  }

  @Test("A model without any tokenizer says so")
  func none() throws {
    let notes = try convert(
      Repository.golden("longformer-masked-lm-own-global-projections") + "/source", "convert")
    #expect(notes.contains { $0.hasPrefix("no tokenizer is written: none came with the weights") })
    let other = try convert(Repository.golden("roberta-masked-lm-three-windows") + "/source")
    #expect(!other.contains { $0.contains("tokenizer") })
  }

  // MARK: Byte-level BPE

  /// 30 letters, 4 merges and the mark between documents; ids count down from 80.
  private static let pieces =
    (0..<30).map { String(UnicodeScalar(UInt8(65 + $0))) } + ["AB", "ABC", "DE", "XY"]
    + ["<|endoftext|>"]
  private static var encoder: String {
    let members = pieces.enumerated().map { "\"\(escaped($0.element))\": \(80 - $0.offset)" }
    return "{" + members.joined(separator: ", ") + "}"
  }
  private static func escaped(_ text: String) -> String { text.replacing("\\", with: "\\\\") }
  private static let merges = "#version: 0.2\nA B\nAB C\nD E\nX Y\n"

  @Test("Ids of a byte-level BPE are looked up in the dictionary")
  func byteLevel() throws {
    // All but the mark between documents, backwards; then a filler.
    let lines = (0..<34).map { String(80 - 33 + $0) } + ["madeupword0000"]
    let source = try fairseq(lines, ["encoder.json": Self.encoder, "vocab.bpe": Self.merges])
    let notes = try convert(source)
    #expect(notes.contains { $0.hasPrefix("vocab.json and merges.txt were made of") })
    let vocabulary = try #require(try object("vocab.json") as? [String: Int])
    var expected = [
      "<s>": 0, "<pad>": 1, "</s>": 2, "<unk>": 3, "madeupword0000": 38, "<mask>": 39,
    ]
    for (place, piece) in Self.pieces.prefix(34).enumerated() { expected[piece] = 4 + 33 - place }
    #expect(vocabulary == expected)
    #expect(scratch.isSame("out/merges.txt", "source/vocab.bpe"))
    #expect(try object("tokenizer_config.json")["model_max_length"] as? Int == 90)
  }

  @Test("Files that are missing are named, one or both")
  func missing() throws {
    let source = try fairseq((0..<35).map { String(46 + $0) })
    let both = try convert(source)
    #expect(both.contains { $0.contains("encoder.json and vocab.bpe are missing") })
    try scratch.write("source/vocab.bpe", Self.merges)
    let one = try convert(source)
    #expect(one.contains { $0.contains("a byte-level BPE, and encoder.json is missing") })
  }

  @Test(
    "What cannot be done exactly is not done, and the reason is said",
    arguments: [
      ("a product without a line", Self.encoder, Self.merges + "F G\n", "1 of the tokens"),
      ("a letter without a line", Self.encoder, "#version: 0.2\n", "2 of the tokens"),
      ("a number of nothing", "{\"A\": 1}", Self.merges, "34 entries of dict.txt are no id"),
      ("two tokens of one id", "{\"A\": 47, \"B\": 47}", Self.merges, "an id of its own"),
      ("no object", "[]", Self.merges, "an object of tokens"),
      ("no JSON", "{", Self.merges, "encoder.json"),
      ("three tokens", Self.encoder, "#version: 0.2\nA B C\n", "vocab.bpe:line 2"),
      ("no version", Self.encoder, "A B\n", "a first line"),
    ])
  func inexact(_ name: String, encoder: String, merges: String, reason: String) throws {
    // The last two letters have no line in the second case.
    let ids = name.contains("letter") ? Array(53...80) + [49, 48, 47, 46] : Array(47...80)
    let lines = ids.map(String.init) + ["madeupword0000", "madeupword0001", "madeupword0002"]
    let source = try fairseq(
      Array(lines.prefix(35)), ["encoder.json": encoder, "vocab.bpe": merges])
    let notes = try convert(source)
    let note = try #require(notes.first { $0.hasPrefix("no tokenizer is written: ") }, "\(name)")
    #expect(note.contains(reason), "\(name): \(note)")
    #expect(!scratch.namesIn("out").contains("vocab.json"))
  }
}

extension Scratch {
  /// Names in a folder of the folder.
  fileprivate func namesIn(_ name: String) -> [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: self(name))) ?? []
  }

  /// Whether two files have the same content.
  fileprivate func isSame(_ first: String, _ second: String) -> Bool {
    FileManager.default.contentsEqual(atPath: self(first), andPath: self(second))
  }
}
