import Foundation
import TestSupport
import Testing

/// A case reads nothing outside of its folder, and tells nothing of what it reads.
@Suite("Golden cases stay in their folder")
struct OutsideTests {
  private let scratch: Scratch
  init() throws { scratch = try Scratch() }

  private static let fields = ["model", "inputs", "expected", "expected_tensors", "config"]

  /// What a secret file holds, and how an error would quote it.
  private static let secret = "SECRET=hunter2"
  private static let quotes = ["SECRET", "hunter2", "53 45 43 52", "5345435"]

  /// A case that passes, with values as expected tensors and a configuration.
  private func golden(_ name: String = "case") throws -> String {
    let folder = try scratch.copy(
      Repository.golden("roberta-masked-lm-three-windows"), as: name)
    try FileManager.default.copyItem(
      atPath: folder + "/source/config.json", toPath: folder + "/settings.json")
    try edit(folder) {
      $0["config"] = "settings.json"
      $0["provenance"] = nil
    }
    return folder
  }

  private func edit(_ folder: String, _ change: (inout [String: Any]) -> Void) throws {
    let path = URL(fileURLWithPath: folder + "/case.json")
    var fields = try #require(
      try JSONSerialization.jsonObject(with: Data(contentsOf: path)) as? [String: Any])
    change(&fields)
    try JSONSerialization.data(withJSONObject: fields).write(to: path)
  }

  private func link(_ path: String, to target: String) throws {
    try? FileManager.default.removeItem(atPath: path)
    try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: target)
  }

  private func verify(_ folder: String, _ options: [String] = []) throws -> (Int32, [String: Any]) {
    let result = try Program.run(["verify", folder, "--json"] + options)
    let cases = result.json["cases"] as? [[String: Any]]
    return (result.exitCode, cases?.first ?? [:])
  }

  private static let fileNames = [
    "model": "source", "inputs": "inputs.safetensors", "expected": "expected.safetensors",
    "expected_tensors": "longformer.safetensors", "config": "settings.json",
  ]

  @Test(
    "Paths and links that leave the case are refused, and allowed on request", arguments: fields)
  func leaves(field: String) throws {
    let folder = try golden()
    let other = try golden("other")
    let name = try #require(Self.fileNames[field])
    for path in ["../other/\(name)", "\(other)/\(name)", "source/../../other/\(name)"] {
      try edit(folder) { $0[field] = path }
      let (exit, result) = try verify(folder)
      #expect(exit == 2 && result["code"] as? String == "golden.outside", "\(path): \(result)")
      #expect((result["hint"] as? String)?.contains("--allow-outside") == true)
      let (allowed, _) = try verify(folder, ["--allow-outside"])
      #expect(allowed == 0, "\(path)")
    }
    try edit(folder) { $0[field] = name }
    #expect(try verify(folder).0 == 0)
    // A link out, one to a folder above, and one that stays inside.
    try FileManager.default.moveItem(atPath: folder + "/" + name, toPath: folder + "/moved")
    try link(folder + "/" + name, to: "moved")
    #expect(try verify(folder).0 == 0)
    try link(folder + "/" + name, to: "../other/" + name)
    let (exit, result) = try verify(folder)
    #expect(exit == 2 && result["code"] as? String == "golden.outside", "\(result)")
    #expect(try verify(folder, ["--allow-outside"]).0 == 0)
    try link(folder + "/up", to: "..")
    try edit(folder) { $0[field] = "up/other/" + name }
    #expect(try verify(folder).1["code"] as? String == "golden.outside")
  }

  @Test("Another model takes the place of one that is outside")
  func replaced() throws {
    let folder = try golden()
    try edit(folder) { $0["model"] = "../elsewhere" }
    #expect(try verify(folder, ["--model", folder + "/source"]).0 == 0)
  }

  @Test("Files of the model, and the case's own file, may be no links out of it")
  func inner() throws {
    let folder = try golden()
    try edit(folder) { $0["config"] = nil }
    let other = try golden("other")
    for name in ["config.json", "model.safetensors", "tokenizer.json"] {
      let path = folder + "/source/" + name
      try link(path, to: other + "/source/" + name)
      let (exit, result) = try verify(folder)
      #expect(exit == 2 && result["code"] as? String == "io.unsafe-path", "\(name): \(result)")
      try FileManager.default.removeItem(atPath: path)
      try FileManager.default.copyItem(atPath: other + "/source/" + name, toPath: path)
    }
    // A file of weights with a link for a configuration beside it.
    try link(folder + "/source/config.json", to: other + "/source/config.json")
    try edit(folder) { $0["model"] = "source/model.safetensors" }
    #expect(try verify(folder).1["code"] as? String == "io.unsafe-path")
    try link(folder + "/case.json", to: other + "/case.json")
    #expect(try verify(folder).1["code"] as? String == "golden.outside")
    #expect(try verify(folder, ["--allow-outside"]).0 == 0)
  }

  @Test("fairseq's dictionary is not taken from above the case")
  func dictionary() throws {
    let folder = try scratch.copy(Repository.golden("fairseq-legacy-pickle"), as: "fairseq")
    try FileManager.default.moveItem(
      atPath: folder + "/source/model.pt", toPath: folder + "/model.pt")
    try edit(folder) {
      $0["model"] = "model.pt"
      $0["provenance"] = nil
    }
    try scratch.write("dict.txt", Self.secret)
    let (exit, result) = try verify(folder)
    #expect(exit == 0, "\(result)")
    #expect(try verify(folder, ["--allow-outside"]).1["code"] as? String == "fairseq.dictionary")
  }

  @Test("A digest is not made of a file outside, whatever provenance lists")
  func digests() throws {
    let folder = try golden()
    try scratch.write("secret", Self.secret)
    try link(folder + "/source/extra", to: "../../secret")
    let zeros = String(repeating: "0", count: 64)
    try edit(folder) {
      $0["tolerance"] = ["atol": 0, "rtol": 0]
      $0["provenance"] = ["sha256": ["source/extra": zeros, "source/../../secret": zeros]]
    }
    let (exit, result) = try verify(folder)
    #expect(exit == 1 && result["changed_files"] == nil, "\(result)")
  }

  @Test("Errors do not quote a file that is not what it should be", arguments: [true, false])
  func quotes(hasLines: Bool) throws {
    let text = hasLines ? "\n\(Self.secret)\n\(Self.secret)\n" : Self.secret
    for name in [
      "case.json", "inputs.safetensors", "expected.safetensors", "longformer.safetensors",
      "settings.json", "source/config.json", "source/model.safetensors", "source/tokenizer.json",
      "source/modules.json", "source/model.pt", "source/model.bin", "source/model.lfz",
      "source/model.safetensors.index.json", "source/vocab.json", "source/merges.txt",
      "source/vocab.txt", "source/dict.txt",
    ] {
      let folder = try golden(UUID().uuidString)
      try Data(text.utf8).write(to: URL(fileURLWithPath: folder + "/" + name))
      if name.hasSuffix(".pt") || name.hasSuffix(".bin") || name.hasSuffix("index.json") {
        try FileManager.default.removeItem(atPath: folder + "/source/model.safetensors")
      }
      if name.hasSuffix(".lfz") { try edit(folder) { $0["model"] = "source/model.lfz" } }
      if name.hasSuffix(".txt") {
        try FileManager.default.removeItem(atPath: folder + "/source/tokenizer.json")
      }
      for command in [
        ["verify", folder], ["verify", folder, "--json"], ["inspect", folder + "/source"],
        ["tokenize", folder + "/source", "--text", "/dev/null"],
        ["inspect", folder + "/source", "--config", folder + "/settings.json"],
        ["bench", folder + "/source", "--length", "2", "--repeats", "1"],
      ] {
        let result = try Program.run(command)
        let shown = (result.output + result.errors).replacing(folder, with: "")
        for quote in Self.quotes {
          #expect(!shown.contains(quote), "\(name): \(command[0]): \(shown)")
        }
      }
    }
  }
}
