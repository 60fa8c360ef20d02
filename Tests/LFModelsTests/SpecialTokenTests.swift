import Foundation
import LFConversion
import LFCore
import LFEncoder
import LFFamilies
import LFModels
import TestSupport
import Testing

/// A BERT's configuration does not say which tokens separate and pad: the
/// vocabulary does.
@Suite("Special tokens from the vocabulary")
struct SpecialTokenTests {
  private static let bert = Repository.root + "/Tests/Corpora/flavours/bert"
  /// 23 tokens, the special ones in places of their own.
  private static let lines =
    ["a", "[UNK]", "[PAD]", "[CLS]", "b", "[SEP]", "[MASK]"] + (7..<23).map { "t\($0)" }

  /// A copy of the BERT, its configuration changed, with files beside it.
  private func folder(
    _ files: [String: String], configuration: [(String, String)] = []
  ) throws -> Scratch {
    let scratch = try Scratch()
    _ = try scratch.copy(Self.bert + "/model.safetensors", as: "model.safetensors")
    var text = try String(contentsOfFile: Self.bert + "/config.json", encoding: .utf8)
    for (old, new) in configuration { text = text.replacing(old, with: new) }
    try scratch.file("config.json", text)
    for (name, content) in files { try scratch.file(name, content) }
    return scratch
  }

  private func ids(_ scratch: Scratch) throws -> [Int] {
    let found = try OpenedModel.open(scratch.path).recognized().configuration
    return [found.separatorID, found.paddingID]
  }

  private static let noPadding = [("\"pad_token_id\": 0,", "")]
  private static let text = lines.joined(separator: "\n")
  private static let entries = lines.enumerated().map { #""\#($1)":\#($0)"# }
    .joined(separator: ",")
  private static let pieces = lines.map { #"["\#($0)",0.5]"# }.joined(separator: ",")

  /// Files that all say the same: 5 and 2.
  static let vocabularies: [[String: String]] = [
    ["vocab.txt": text],
    ["vocab.txt": text + "\n"],
    ["vocab.txt": lines.joined(separator: "\r\n")],
    ["vocab.json": "{\(entries)}"],
    ["tokenizer.json": #"{"model":{"type":"WordPiece","vocab":{\#(entries)}}}"#],
    ["tokenizer.json": #"{"model":{"type":"Unigram","vocab":[\#(pieces)]}}"#],
    [
      "tokenizer.json":
        #"{"added_tokens":[{"id":5,"content":"[SEP]"},{"id":2,"content":"[PAD]"}],"model":{}}"#
    ],
    ["vocab.txt": "a", "added_tokens.json": #"{"[SEP]":5,"[PAD]":2}"#],
    [
      "vocab.txt": text.replacing("[SEP]", with: "<end>").replacing("[PAD]", with: "<fill>"),
      "special_tokens_map.json": #"{"sep_token":"<end>","pad_token":{"content":"<fill>"}}"#,
    ],
    [
      "vocab.txt": text.replacing("[SEP]", with: "</s>").replacing("[PAD]", with: "<pad>"),
      "tokenizer_config.json": #"{"model_max_length":16}"#,
    ],
    // The usual names are there too, and are not meant.
    [
      "vocab.txt": text.replacing("t9", with: "[SEP]").replacing("b\n[SEP]", with: "b\n<end>"),
      "tokenizer_config.json": #"{"sep_token":"<end>"}"#,
    ],
  ]

  @Test("Every kind of vocabulary is read", arguments: vocabularies)
  func vocabulary(files: [String: String]) throws {
    #expect(try ids(folder(files, configuration: Self.noPadding)) == [5, 2])
  }

  @Test("The configuration goes first, the family's default last")
  func order() throws {
    let files = ["vocab.txt": Self.text]
    #expect(try ids(folder(files)) == [5, 0])
    let stated = [("\"pad_token_id\": 0", "\"pad_token_id\": 1, \"sep_token_id\": 9")]
    #expect(try ids(folder(files, configuration: stated)) == [9, 1])
    let null = [("\"pad_token_id\": 0", "\"pad_token_id\": null, \"sep_token_id\": null")]
    #expect(try ids(folder(files, configuration: null)) == [5, 2])
    #expect(try ids(folder(["vocab.txt": "a\nb"])) == [102, 0])
    #expect(try ids(folder([:])) == [102, 0])
  }

  @Test("A token without a row, and a broken file, are refused")
  func refused() throws {
    for (files, code) in [
      (["vocab.txt": String(repeating: "x\n", count: 23) + "[SEP]"], "model.vocabulary"),
      (["added_tokens.json": #"{"[SEP]":-1}"#], "model.vocabulary"),
      (["tokenizer.json": "[]"], "tokenizer.config"),
      (["special_tokens_map.json": "{"], "json.syntax"),
    ] {
      let source = try folder(files)
      let error = #expect(throws: LFError.self) { try ids(source) }
      #expect(error?.code == code && error?.kind == .refused)
      #expect(error?.location.file != nil)
    }
  }

  @Test("convert leaves the configuration as it is, and the vocabulary travels along")
  func container() throws {
    let source = try folder(["vocab.txt": Self.text], configuration: Self.noPadding)
    _ = try Converter(.sameArchitecture, source: source.path, output: source("a.lfz")).run()
    let found = try OpenedModel.open(source("a.lfz")).recognized().configuration
    #expect(found.separatorID == 5 && found.paddingID == 2)
    _ = try Converter(.sameArchitecture, source: source("a.lfz"), output: source("b")).run()
    #expect(
      FileManager.default.contents(atPath: source("b/config.json"))
        == FileManager.default.contents(atPath: source("config.json")))
  }

  /// The BERT with a head for question answering in place of its own.
  private func answering(_ scratch: Scratch) throws {
    let file = try SafetensorsFile(scratch("model.safetensors"))
    var tensors = file.tensors.filter { !$0.name.hasPrefix("cls.") }.map {
      ($0.name, $0.shape, Data(file.data[$0.range]))
    }
    let weight = (0..<16).flatMap { index in
      withUnsafeBytes(of: Float(index % 5) - 2) { Array($0) }
    }
    tensors.append(("qa_outputs.weight", [2, 8], Data(weight)))
    tensors.append(("qa_outputs.bias", [2], Data(count: 8)))
    var entries: [String] = []
    var data = Data()
    for (name, shape, bytes) in tensors {
      entries.append(
        #""\#(name)":{"dtype":"F32","shape":\#(shape),"#
          + #""data_offsets":[\#(data.count),\#(data.count + bytes.count)]}"#)
      data += bytes
    }
    let header = Data(("{" + entries.joined(separator: ",") + "}").utf8)
    let length = Data((0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) })
    try scratch.file("model.safetensors", length + header + data)
  }

  @Test("A Longformer for question answering looks for the vocabulary's separator, row by row")
  func questionAnswering() throws {
    let source = try folder(
      ["vocab.txt": Self.text],
      configuration: Self.noPadding + [("BertForPreTraining", "BertForQuestionAnswering")])
    try answering(source)
    let report = try Converter(
      .longformer(LongformerOptions(attentionWindow: [4], maxPositions: 40)), source: source.path,
      output: source("long")
    ).run()
    #expect(report.configuration.head == .questionAnswering)
    let config = try JSONParser.parse(
      Array(try Data(contentsOf: URL(filePath: source("long/config.json"))))
    ).objectValue
    #expect(config?["sep_token_id"] == 5 && config?["pad_token_id"] == 2)
    // Rows 0 to the padding token's come in front of BERT's.
    #expect(report.configuration.positionCount == 43)

    let opened = try OpenedModel.open(source("long"))
    let model = try opened.recognized()
    let encoder = try EncoderModel(
      configuration: model.configuration, source: opened.canonicalSource(model), threads: 1)
    var inputs = EncoderInputs(
      batch: 2, length: 8,
      inputIDs: [3, 9, 5, 5, 11, 12, 5, 2] + [3, 9, 10, 11, 5, 5, 12, 5])
    let byDefault = try encoder.forward(inputs)
    inputs.globalAttentionMask = [1, 1, 0, 0, 0, 0, 0, 0] + [1, 1, 1, 1, 0, 0, 0, 0]
    #expect(try encoder.forward(inputs) == byDefault)
    inputs.globalAttentionMask = Array(repeating: 0, count: 16)
    #expect(try encoder.forward(inputs) != byDefault)
  }
}
