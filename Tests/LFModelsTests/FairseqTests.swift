import LFCore
import LFFiles
import LFModels
import TestSupport
import Testing

@Suite struct FairseqTests {
  typealias Make = HandMadePickle

  func write(_ folder: Scratch, _ name: String, _ settings: (String, Make.Code)...) throws -> String
  {
    let model = ("model", Make.dictionary(("encoder.w", StateDictionaryTests.tensor)))
    var object: Make.Code = [0x7D, 0x28]
    for (key, value) in settings + [model] { object += Make.text(key) + value }
    object += [0x75]
    return try folder.write(name, Make.legacy(object, storages: StateDictionaryTests.four))
  }

  static let args = Make.object(
    "argparse", "Namespace",
    Make.dictionary(
      ("arch", Make.text("roberta_base")), ("dropout", Make.float(0.1)), ("fp16", Make.yes),
      ("user_dir", Make.none), ("lr", Make.list(Make.float(1e-5))), ("layers", Make.integer(12)),
      ("odd", Make.object("my.module", "Class", Make.none))))

  @Test func readsNamespaces() throws {
    let folder = try Scratch()
    let path = try write(folder, "model.pt", ("args", Self.args))
    try folder.write("dict.txt", "a 1\nb 2\n")
    for given in [path, folder.path] {
      let checkpoint = try OpenedModel.open(given)
      #expect(checkpoint.format == "fairseq, PyTorch legacy")
      let text = try #require(checkpoint.configuration.map { JSONValue.object($0).compact })
      #expect(
        text
          == "{\"arch\":\"roberta_base\",\"dropout\":0.1,\"fp16\":true,\"user_dir\":null,\"lr\":[1e-05],\"layers\":12}"
      )
      #expect(checkpoint.configurationOrigin == "args of \(path)")
      #expect(checkpoint.source.tensors.map(\.name) == ["encoder.w"])
      #expect(checkpoint.files.map(\.name) == ["dict.txt"])
      #expect(checkpoint.notes.contains { $0.contains("odd") })
      #expect(checkpoint.notes.contains { $0.contains("my.module.Class") })
      #expect(!checkpoint.notes.contains { $0.contains("argparse") })
    }
  }

  @Test func readsContainers() throws {
    let folder = try Scratch()
    let cfg = Make.dictionary(
      ("common", Make.dictionary(("seed", Make.integer(1)))),
      ("model", Make.dictionary(("encoder_layers", Make.integer(6)), ("seed", Make.integer(2)))))
    let path = try write(folder, "model.pt", ("args", Make.none), ("cfg", cfg))
    let configuration = try #require(try OpenedModel.open(path).configuration)
    #expect(configuration["encoder_layers"] == 6 && configuration["seed"] == 2)
    #expect(configuration["common"]?.objectValue?["seed"] == 1)
  }

  @Test func readsNamespacesOfPython2() throws {
    let folder = try Scratch()
    let args =
      Make.call(
        "copy_reg", "_reconstructor", Make.global("argparse", "Namespace"),
        Make.global("__builtin__", "object"), Make.none)
      + Make.dictionary(("arch", Make.text("roberta_base"))) + [0x62]
    let checkpoint = try OpenedModel.open(try write(folder, "x.pt", ("args", args)))
    #expect(checkpoint.configuration == JSONObject([("arch", "roberta_base")]))
  }

  @Test func findsTheDictionaryAbove() throws {
    let folder = try Scratch()
    try folder.write("dict.txt", "a 1\n")
    let path = try write(folder, "checkpoints/best.pt", ("args", Self.args))
    #expect(try OpenedModel.open(path).files.map(\.name) == ["dict.txt"])
  }

  @Test func survivesSettingsThatContainThemselves() throws {
    // {} as memo 0, stored under a key of itself.
    let loop: Make.Code = [0x7D, 0x71, 0] + Make.text("self") + [0x68, 0, 0x73]
    let checkpoint = try OpenedModel.open(try write(Scratch.shared, "loop.pt", ("args", loop)))
    #expect(checkpoint.notes.contains { $0.contains("left out") })
  }

  // MARK: dict.txt

  func dictionary(_ text: String) throws -> FairseqDictionary {
    try FairseqDictionary(CarriedFile(name: "dict.txt", bytes: Array(text.utf8)))
  }

  @Test func readsDictionaries() throws {
    let dictionary = try dictionary(
      "a 10\n\u{2581}b 2\r\nc\u{a0}d 1 #fairseq:overwrite\na 3 #fairseq:overwrite")
    #expect(dictionary.lines.map(\.token) == ["a", "\u{2581}b", "c\u{a0}d", "a"])
    #expect(dictionary.lines.map(\.count) == [10, 2, 1, 3])
    #expect(dictionary.tokenCount == 8)
    #expect(try self.dictionary("").tokenCount == 4)
  }

  @Test(arguments: [
    "a", "a b", "a -1", " 5", "a 1\n\nb 1", "a 1\na 2", "<pad> 1", "a 1.5", "a 1 flag",
  ])
  func refusesDictionaries(_ text: String) {
    #expect(failure { try dictionary(text) }?.code == "fairseq.dictionary")
  }
}
