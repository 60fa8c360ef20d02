import Foundation
import LFCore
import LFModels
import TestSupport
import Testing

/// What lies in a model's folder beside a model: it is carried, or it is said.
@Suite("Beside the weights") struct FolderContentTests {
  private static let weights = ModelFolderTests.weights("w")

  @Test("sentence-transformers' modules are carried, and those that are not computed are named")
  func modules() throws {
    let folder = try Scratch()
    let modules = [
      ("", "sentence_transformers.models.Transformer"), ("1_Pooling", "x.models.Pooling"),
      ("2_Dense", "sentence_transformers.models.Dense"), ("3_Normalize", "x.models.Normalize"),
      ("4_SpladePooling", "sentence_transformers.sparse_encoder.models.SpladePooling"),
      ("5_LSTM", "sentence_transformers.models.LSTM"),
    ].enumerated().map { #"{"idx":\#($0),"name":"\#($0)","path":"\#($1.0)","type":"\#($1.1)"}"# }
    try folder.write("modules.json", "[" + modules.joined(separator: ",") + "]")
    try folder.write("config.json", "{}")
    try folder.write("model.safetensors", Self.weights)
    try folder.write("1_Pooling/config.json", "{}")
    try folder.write("2_Dense/config.json", "{\"out_features\":3}")
    try folder.write("2_Dense/model.safetensors", Self.weights)
    try folder.write("2_Dense/secret.key", "no")
    try folder.write("4_SpladePooling/config.json", "{}")
    let opened = try OpenedModel.open(folder.path)
    #expect(
      opened.files.map(\.name).sorted() == [
        "1_Pooling/config.json", "2_Dense/config.json", "2_Dense/model.safetensors",
        "4_SpladePooling/config.json", "modules.json",
      ])
    let dense = try #require(opened.files.first { $0.name == "2_Dense/model.safetensors" })
    #expect(try dense.contents() == Self.weights)
    #expect(opened.notes.count == 3)
    for (note, words) in zip(
      opened.notes,
      [["2_Dense (Dense)", "carried"], ["4_SpladePooling", "carried"], ["5_LSTM", "left out"]])
    {
      #expect(words.allSatisfy { note.contains($0) })
    }
    try folder.write(
      "modules.json", #"[{"path":"../elsewhere","type":"sentence_transformers.models.Dense"}]"#)
    #expect(failure { try OpenedModel.open(folder.path) }?.code == "checkpoint.modules")
  }

  @Test(
    "An adapter beside a model is said not to be applied; alone it is refused by name",
    arguments: ["adapter_model.safetensors", "adapter_model.bin"])
  func adapters(name: String) throws {
    let folder = try Scratch()
    let path = try folder.write(
      name, name.hasSuffix("bin") ? ModelFolderTests.pickle : ModelFolderTests.weights("lora_A"))
    for given in [folder.path, path] {
      let error = failure { try OpenedModel.open(given) }
      #expect(error?.code == "checkpoint.adapter" && error?.kind == .unsupported)
      #expect(error?.hint?.contains("merge_and_unload") == true)
    }
    try folder.write("model.safetensors", Self.weights)
    let opened = try OpenedModel.open(folder.path)
    #expect(opened.source.tensors.map(\.name) == ["w"])
    #expect(
      opened.notes == ["\(name) is not applied: the weights are those of the model beside it"])
  }

  @Test("What a trainer keeps beside a model is no model")
  func trainerState() throws {
    let folder = try Scratch()
    try folder.write("weights.bin", ModelFolderTests.pickle)
    for name in [
      "rng_state.pth", "rng_state_0.pth", "rng_state_11.pth", "optimizer.pt", "optimizer.bin",
      "optimizer_1.bin", "scheduler.pt", "scheduler.bin", "scaler.pt", "training_args.bin",
      "sampler.bin",
    ] {
      try folder.write(name, ModelFolderTests.pickle)
    }
    #expect(try OpenedModel.open(folder.path).weightFiles.map(\.path) == [folder("weights.bin")])
    try folder.write("rng_state_of_mine.pth", ModelFolderTests.pickle)
    #expect(failure { try OpenedModel.open(folder.path) }?.code == "checkpoint.ambiguous")
  }

  // MARK: Hugging Face's cache

  /// A model in a cache as the library lays it out.
  private func add(
    _ model: String, _ revisions: [String], main: String?, to cache: Scratch, under top: String = ""
  ) throws -> String {
    let place = top + "models--\(model)"
    for revision in revisions {
      let blob = "blobs/\(revision)-digest"
      try cache.write("\(place)/\(blob)", ModelFolderTests.weights(revision))
      try cache.write("\(place)/snapshots/\(revision)/config.json", "{}")
      try FileManager.default.createSymbolicLink(
        atPath: cache("\(place)/snapshots/\(revision)/model.safetensors"),
        withDestinationPath: "../../" + blob)
    }
    if let main { try cache.write("\(place)/refs/main", main) }
    return cache(place)
  }

  @Test("A model's folder in the cache is its current snapshot", arguments: ["", "hub/"])
  func cache(top: String) throws {
    let cache = try Scratch()
    let model = try add("me--mine", ["abc", "def"], main: "def", to: cache, under: top)
    for given in [model, cache.path] {
      let opened = try OpenedModel.open(given)
      #expect(opened.source.tensors.map(\.name) == ["def"])
      #expect(opened.path == model + "/snapshots/def")
      #expect(opened.notes.contains { $0.contains("/snapshots/def") })
    }
    #expect(try OpenedModel.open(model + "/snapshots/abc").source.tensors.map(\.name) == ["abc"])
    let other = try add("me--other", ["123"], main: nil, to: cache, under: top)
    #expect(try OpenedModel.open(other).source.tensors.map(\.name) == ["123"])
    let error = failure { try OpenedModel.open(cache.path) }
    #expect(error?.code == "checkpoint.ambiguous")
    #expect(error?.message.contains("models--me--mine, models--me--other") == true)
  }

  @Test("Several snapshots without a current one, and none at all, are refused")
  func unclearCache() throws {
    let cache = try Scratch()
    let several = try add("a--b", ["1", "2"], main: "../../..", to: cache)
    #expect(failure { try OpenedModel.open(several) }?.code == "checkpoint.ambiguous")
    try cache.write("models--c--d/snapshots/.keep", "")
    #expect(
      failure { try OpenedModel.open(cache("models--c--d")) }?.code == "checkpoint.no-weights")
  }

  /// What torch 2.13 writes for `{"w": torch.ones(4).to(torch.float8_e5m2)}`,
  /// with `_use_new_zipfile_serialization=False`.
  private static let float8 = [
    "gAKKCmz8nEb5IGqoUBkugAJN6QMugAJ9cQAoWBAAAABwcm90b2NvbF92ZXJzaW9ucQFN6QNYDQAAAGxp",
    "dHRsZV9lbmRpYW5xAohYCgAAAHR5cGVfc2l6ZXNxA31xBChYBQAAAHNob3J0cQVLAlgDAAAAaW50cQZL",
    "BFgEAAAAbG9uZ3EHSwR1dS6AAn1xAFgBAAAAd3EBY3RvcmNoLl91dGlscwpfcmVidWlsZF90ZW5zb3Jf",
    "djMKcQIoKFgHAAAAc3RvcmFnZXEDY3RvcmNoLnN0b3JhZ2UKVW50eXBlZFN0b3JhZ2UKcQRYDgAAADkz",
    "ODM2NjYzOTc2OTI4cQVYAwAAAGNwdXEGSwROdHEHUUsASwSFcQhLAYVxCYljY29sbGVjdGlvbnMKT3Jk",
    "ZXJlZERpY3QKcQopUnELY3RvcmNoCmZsb2F0OF9lNW0yCnEMdHENUnEOcy6AAl1xAFgOAAAAOTM4MzY2",
    "NjM5NzY5MjhxAWEuBAAAAAAAAAA8PDw8",
  ].joined()

  @Test("Float8 weights of torch.save are refused by name")
  func float8() throws {
    let data = try #require(Data(base64Encoded: Self.float8))
    let path = try Scratch.shared.file("float8.bin", data)
    let error = failure { try OpenedModel.open(path) }
    #expect(error?.kind == .unsupported && error?.code == "pytorch.dtype")
    #expect(error?.message.contains("torch.float8_e5m2") == true)
    #expect(error?.hint != nil)
  }
}
