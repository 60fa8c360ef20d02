import Foundation
import LFConversion
import LFCore
import LFFamilies
import LFModels
import LFTools
import TestSupport
import Testing

/// `--key PREFIX.` takes some of the tensors, from any format alike.
@Suite("A prefix as the key")
struct KeyTests {
  private static let folder = Repository.root + "/Tests/Corpora/flavours"
  static let bert = folder + "/bert"

  private func convert(
    _ source: String, _ output: String, key: String?,
    _ task: Converter.Operation = .sameArchitecture
  ) throws -> ConversionReport {
    try Converter(task, source: source, output: output, options: OpenOptions(key: key)).run()
  }

  private func weights(_ folder: String) -> Data? {
    FileManager.default.contents(atPath: folder + "/model.safetensors")
  }

  @Test("It takes the encoder alone, from safetensors and from a container alike")
  func takesTheEncoder() throws {
    let scratch = try Scratch()
    _ = try convert(Self.bert, scratch("whole.lfz"), key: nil)
    let options = LongformerOptions(attentionWindow: [8], maxPositions: 40)
    for (name, task) in [("same", .sameArchitecture), ("long", .longformer(options))]
      as [(String, Converter.Operation)]
    {
      let plain = try convert(Self.bert, scratch("\(name)-plain"), key: "bert.", task)
      let stored = try convert(scratch("whole.lfz"), scratch("\(name)-stored"), key: "bert.", task)
      #expect(plain.configuration.head == .bare && stored.configuration.head == .bare)
      #expect(plain.tensorCount == stored.tensorCount)
      for report in [plain, stored] {
        #expect(report.notes.contains { $0.contains("cls.predictions") && $0.contains("--key") })
      }
      let bytes = weights(scratch("\(name)-plain"))
      #expect(bytes != nil && bytes == weights(scratch("\(name)-stored")))
    }
    let inspection = try Inspection(scratch("whole.lfz"), options: OpenOptions(key: "bert."))
    #expect(inspection.model?.configuration.head == .bare && inspection.storage == nil)
  }

  @Test("From a container to a container repetitions and equal tensors stay so")
  func keepsWhatIsShared() throws {
    let scratch = try Scratch()
    let options = LongformerOptions(attentionWindow: [4, 6], maxPositions: 2000)
    let whole = try convert(
      Self.folder + "/safetensors", scratch("whole.lfz"), key: nil, .longformer(options))
    let part = try convert(scratch("whole.lfz"), scratch("part.lfz"), key: "longformer.")
    #expect(part.configuration.head == .bare && part.tensorCount < whole.tensorCount)
    // 2000 positions of 16, stored once.
    #expect(part.bytes < part.rawBytes / 2 && part.bytes < whole.bytes)
    _ = try convert(scratch("whole.lfz"), scratch("whole"), key: nil)
    _ = try convert(scratch("whole"), scratch("a"), key: "longformer.")
    _ = try convert(scratch("part.lfz"), scratch("b"), key: nil)
    #expect(weights(scratch("a")) != nil && weights(scratch("a")) == weights(scratch("b")))
  }

  @Test("Weights of a container that are no numbers are refused, with a key and without")
  func nonfinite() throws {
    let scratch = try Scratch()
    let source = try scratch.copy(Self.bert, as: "source")
    var file = try SafetensorsFile(source + "/model.safetensors")
    let tensor = try #require(file.tensors.first { $0.name == "bert.embeddings.LayerNorm.weight" })
    file.add(.nan, to: tensor, element: 3)
    try file.save()
    var converter = Converter(.sameArchitecture, source: source, output: scratch("nan.lfz"))
    converter.allowsNonfinite = true
    _ = try converter.run()
    for key in [nil, "bert."] {
      let error = #expect(throws: LFError.self) {
        try convert(scratch("nan.lfz"), scratch("out"), key: key)
      }
      #expect(error?.code == "weights.nonfinite")
      #expect(error?.location.entry == tensor.name && !scratch.names.contains("out"))
    }
  }

  @Test("A key that matches nothing says what there is")
  func matchesNothing() throws {
    let scratch = try Scratch()
    _ = try convert(Self.bert, scratch("whole.lfz"), key: nil)
    for source in [Self.bert, Self.bert + "/model.safetensors", scratch("whole.lfz")] {
      for key in ["nothing.", "ber.", "bert.embeddings.word_embeddings.weight.", "cls", "a/b"] {
        let error = #expect(throws: LFError.self) {
          try convert(source, scratch("none"), key: key)
        }
        #expect(error?.code == "checkpoint.key" && error?.kind == .refused)
        #expect(error?.location.file == source || error?.location.file?.hasPrefix(source) == true)
        let near = key == "ber." ? "did you mean --key bert.? " : ""
        if key != "cls" { #expect(error?.hint == near + "names here begin with bert., cls.") }
      }
      // Only the dot is missing.
      let error = #expect(throws: LFError.self) {
        try convert(source, scratch("none"), key: "bert")
      }
      #expect(error?.code == "checkpoint.key" && error?.hint == "say --key bert.")
      #expect(!scratch.names.contains("none"))
      // The whole file, as for a pickle.
      _ = try convert(source, scratch("all"), key: ".")
      try FileManager.default.removeItem(atPath: scratch("all"))
    }
    let sharded = Self.folder + "/safetensors-sharded"
    #expect(throws: LFError.self) { try convert(sharded, scratch("none"), key: "model") }
    let part = try convert(sharded, scratch("shards"), key: "roberta.")
    #expect(part.configuration.head == .bare)
  }
}
