import Foundation
import LFCore
import LFFiles
import LFModels
import TestSupport
import Testing

/// Folders as they come from Hugging Face and sentence-transformers.
@Suite struct ModelFolderTests {
  /// A safetensors file with one tensor of this name.
  static func weights(_ names: String...) -> [UInt8] {
    let entries = names.enumerated().map { index, name in
      "\"\(name)\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[\(index),\(index + 1)]}"
    }
    return safetensors("{\(entries.joined(separator: ","))}", data: names.count)
  }

  static let pickle = HandMadePickle.legacy(
    HandMadePickle.dictionary(("pickled", StateDictionaryTests.tensor)),
    storages: StateDictionaryTests.four)

  func names(_ folder: Scratch, _ options: OpenOptions = OpenOptions()) throws -> [TensorName] {
    try OpenedModel.open(folder.path, options: options).source.tensors.map(\.name)
  }

  @Test func opensAFolderWithItsFiles() throws {
    let folder = try Scratch()
    try folder.write("model.safetensors", Self.weights("w"))
    try folder.write("config.json", "{\"model_type\":\"roberta\",\"eps\":1e-05}")
    try folder.write("tokenizer.json", "{}")
    try folder.write("1_Pooling/config.json", "{\"pooling\":1}")
    try folder.write("README.md", "no")
    try folder.write("LICENSE", "no")
    try folder.write("id_rsa", "no")
    let checkpoint = try OpenedModel.open(folder.path)
    #expect(checkpoint.format == "safetensors" && checkpoint.path == folder.path)
    #expect(checkpoint.weightFiles.map(\.path) == [folder.path + "/model.safetensors"])
    #expect(checkpoint.configuration?["model_type"] == "roberta")
    #expect(checkpoint.configurationOrigin == folder.path + "/config.json")
    #expect(checkpoint.files.map(\.name).sorted() == ["1_Pooling/config.json", "tokenizer.json"])
    let pooling = try #require(checkpoint.files.first { $0.name.hasPrefix("1_") })
    #expect(try pooling.contents() == Array("{\"pooling\":1}".utf8))
    #expect(pooling.byteCount == 13)
  }

  @Test func takesTheConfigurationBesideASingleFile() throws {
    let folder = try Scratch()
    let path = try folder.write("odd name.safetensors", Self.weights("w"))
    #expect(try OpenedModel.open(path).configuration == nil)
    try folder.write("vocab.txt", "a")
    #expect(try OpenedModel.open(path).files.isEmpty)
    try folder.write("config.json", "{\"a\":1}")
    #expect(try OpenedModel.open(path).configuration == JSONObject([("a", 1)]))
    #expect(try OpenedModel.open(path).files.map(\.name) == ["vocab.txt"])
    let other = try folder.write("other/config.json", "{\"a\":2}")
    for given in [other, folder.path + "/other"] {
      let checkpoint = try OpenedModel.open(path, options: OpenOptions(configurationPath: given))
      #expect(checkpoint.configuration == JSONObject([("a", 2)]))
    }
  }

  @Test func refusesABrokenConfiguration() throws {
    let folder = try Scratch()
    try folder.write("model.safetensors", Self.weights("w"))
    for (text, code) in [
      ("[]", "checkpoint.configuration"), ("{\"a\":1,\"a\":2}", "json.duplicate-key"),
      ("{\"a\":NaN}", "json.syntax"), ("", "json.syntax"),
    ] {
      let path = try folder.write("config.json", text)
      let error = failure { try OpenedModel.open(folder.path) }
      #expect(error?.code == code && error?.location.file == path)
    }
  }

  // MARK: Which weights

  @Test func prefersSafetensorsThenStandardNames() throws {
    let folder = try Scratch()
    try folder.write("pytorch_model.bin", Self.pickle)
    try folder.write("training_args.bin", "not weights")
    #expect(try names(folder) == ["pickled"])
    try folder.write("variant.safetensors", Self.weights("variant"))
    #expect(try names(folder) == ["variant"])
    try folder.write("model.safetensors", Self.weights("standard"))
    #expect(try names(folder) == ["standard"])
  }

  @Test(arguments: ["weights.pt", "x.bin", "last.ckpt", "best.pth", "my model.safetensors"])
  func takesAnyName(_ name: String) throws {
    let folder = try Scratch()
    try folder.write(name, name.hasSuffix("safetensors") ? Self.weights("pickled") : Self.pickle)
    #expect(try names(folder) == ["pickled"])
  }

  @Test func listsEqualCandidates() throws {
    let folder = try Scratch()
    try folder.write("b.pt", Self.pickle)
    try folder.write("a.pt", Self.pickle)
    let error = try #require(failure { try OpenedModel.open(folder.path) })
    #expect(error.code == "checkpoint.ambiguous" && error.kind == .refused)
    #expect(error.message.contains("a.pt, b.pt"))
    #expect(error.hint != nil)
  }

  @Test func saysWhenThereIsNothing() throws {
    let folder = try Scratch()
    try folder.write("config.json", "{}")
    #expect(failure { try OpenedModel.open(folder.path) }?.code == "checkpoint.no-weights")
    #expect(failure { try OpenedModel.open(folder.path + "/no") }?.kind == .io)
    let page = try folder.write("x.bin", "<html>")
    #expect(failure { try OpenedModel.open(page) }?.code == "checkpoint.unknown-format")
    let container = try folder.write("m.lfz", [0x89, 0x4C, 0x46, 0x5A, 0, 0, 0, 0, 0, 0])
    #expect(failure { try OpenedModel.open(container) }?.code == "lfz.truncated")
    let hdf5 = try folder.write("m.h5", [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A])
    #expect(failure { try OpenedModel.open(hdf5) }?.kind == .unsupported)
  }

  @Test func staysInsideTheFolder() throws {
    let outside = try Scratch()
    let folder = try Scratch()
    let secret = try outside.write("secret", "{}")
    try folder.write("model.safetensors", Self.weights("w"))
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "/tokenizer.json", withDestinationPath: secret)
    #expect(failure { try OpenedModel.open(folder.path) }?.code == "io.unsafe-path")
  }

  @Test func followsTheCacheOfHuggingFace() throws {
    let cache = try Scratch()
    try cache.write("blobs/123", Self.weights("w"))
    try cache.write("snapshots/rev/config.json", "{}")
    try FileManager.default.createSymbolicLink(
      atPath: cache.path + "/snapshots/rev/model.safetensors",
      withDestinationPath: "../../blobs/123")
    let checkpoint = try OpenedModel.open(cache.path + "/snapshots/rev")
    #expect(checkpoint.source.tensors.map(\.name) == ["w"])
  }

  @Test func findsTheTransformerBelow() throws {
    let folder = try Scratch()
    let modules = """
      [{"idx":0,"name":"0","path":"0_Transformer","type":"sentence_transformers.models.Transformer"},
       {"idx":1,"name":"1","path":"1_Pooling","type":"sentence_transformers.models.Pooling"}]
      """
    try folder.write("modules.json", modules)
    try folder.write("0_Transformer/config.json", "{\"a\":1}")
    try folder.write("0_Transformer/pytorch_model.bin", Self.pickle)
    try folder.write("0_Transformer/vocab.txt", "v")
    try folder.write("1_Pooling/config.json", "{}")
    let checkpoint = try OpenedModel.open(folder.path)
    #expect(checkpoint.configuration == JSONObject([("a", 1)]))
    #expect(
      checkpoint.files.map(\.name).sorted() == [
        "1_Pooling/config.json", "modules.json", "vocab.txt",
      ])
    let moved = try #require(checkpoint.files.first { $0.name == "modules.json" }).contents()
    let value = try JSONParser.parse(moved)
    #expect(value.arrayValue?.first?.objectValue?["path"] == "")
    #expect(value.arrayValue?.last?.objectValue?["path"] == "1_Pooling")
    try folder.write("modules.json", modules.replacing("0_Transformer", with: "../x"))
    #expect(failure { try OpenedModel.open(folder.path) }?.code == "checkpoint.modules")
  }

  // MARK: Shards

  func index(_ map: String) -> String { "{\"metadata\":{\"total_size\":1},\"weight_map\":\(map)}" }

  @Test func putsShardsTogether() throws {
    let folder = try Scratch()
    try folder.write("model-1.safetensors", Self.weights("a", "b"))
    try folder.write("model-2.safetensors", Self.weights("c"))
    let path = try folder.write(
      "model.safetensors.index.json",
      index(
        "{\"c\":\"model-2.safetensors\",\"a\":\"model-1.safetensors\",\"b\":\"model-1.safetensors\"}"
      ))
    for given in [folder.path, path] {
      let checkpoint = try OpenedModel.open(given)
      #expect(checkpoint.source.tensors.map(\.name) == ["a", "b", "c"])
      #expect(try checkpoint.source.bytes(1) == [1])
      #expect(try checkpoint.source.bytes(2) == [0])
      #expect(checkpoint.weightFiles.count == 2)
      #expect(checkpoint.format == "sharded safetensors")
    }
  }

  @Test(arguments: [
    ("{\"a\":\"1.safetensors\"}", "shards.unexpected"),
    ("{\"a\":\"1.safetensors\",\"b\":\"1.safetensors\",\"c\":\"1.safetensors\"}", "shards.missing"),
    ("{\"a\":\"1.safetensors\",\"b\":\"2.safetensors\"}", "shards.unexpected"),
    ("{\"a\":\"../1.safetensors\"}", "io.unsafe-path"),
    ("{\"a\":\"/etc/passwd\"}", "io.unsafe-path"),
    ("{\"a\":\"no.safetensors\"}", "shards.part-missing"),
    ("{\"a\":\"x.index.json\"}", "shards.part"),
    ("{\"a\":1}", "shards.index"),
    ("[]", "shards.index"),
    ("{\"a\":\"1.safetensors\",\"a\":\"2.safetensors\"}", "json.duplicate-key"),
  ])
  func refusesShards(_ map: String, _ code: String) throws {
    let folder = try Scratch()
    try folder.write("1.safetensors", Self.weights("a", "b"))
    try folder.write("2.safetensors", Self.weights("b"))
    let path = try folder.write("x.index.json", index(map))
    let error = failure { try OpenedModel.open(path) }
    #expect(error?.code == code, "\(String(describing: error))")
  }
}
