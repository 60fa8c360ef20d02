import Foundation
import TestSupport
import Testing

/// Names that are hard to handle: no UTF-8, as long as a name can be, links that
/// lead nowhere, and the root of all paths.
@Suite("Names of files")
struct ForeignNameTests {
  private let scratch: Scratch
  init() throws { scratch = try Scratch() }

  private static let source = Repository.golden("roberta-masked-lm-three-windows") + "/source"

  /// Runs a line of a shell, in which `$L` is the program and `\351` an octal byte.
  private func shell(_ line: String) throws -> Program.Result {
    try Program.run(
      ["-c", line], program: "/bin/sh", in: scratch.path,
      environment: ["L": Program.path, "M": Self.source])
  }

  /// How many files and folders lie in the folder, whatever their names are.
  private func count() throws -> String {
    try shell("ls -A | wc -l").output.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  @Test("An argument that is no UTF-8 is refused by name, and nothing is written")
  func arguments() throws {
    for line in [
      "\"$L\" convert \"$M\" -o \"$(printf 'out\\351.lfz')\"",
      "\"$L\" convert \"$M\" -o \"$(printf 'out\\351')\"",
      "\"$L\" golden record \"$M\" --length 4 -o \"$(printf 'case\\351')\"",
      "\"$L\" draw \"$M\" -o \"$(printf 'a\\351.svg')\"",
      "\"$L\" inspect \"$(printf 'model\\351')\"",
      "\"$L\" verify \"$M\" --junit \"$(printf 'r\\351.xml')\"",
      "\"$L\" tokenize \"$M\" --text /dev/null -o \"$(printf 't\\351')\"",
    ] {
      let result = try shell(line)
      #expect(result.exitCode == 64, "\(line): \(result.errors)")
      #expect(result.errors.contains("\\xe9"), "\(result.errors)")
      #expect(result.errors.contains("[usage.encoding]"))
    }
    #expect(try count() == "0")
    let json = try shell("\"$L\" inspect \"$(printf 'model\\351')\" --json")
    let error = json.json["error"] as? [String: Any]
    #expect(error?["code"] as? String == "usage.encoding")
    let golden = Repository.golden("bert-one-token")
    let summary = try shell(
      "GITHUB_STEP_SUMMARY=\"$(printf 's\\351.md')\" \"$L\" verify '\(golden)' --github")
    #expect(summary.exitCode == 64 && summary.errors.contains("GITHUB_STEP_SUMMARY"))
    #expect(try count() == "0")
  }

  @Test("A file of a folder whose name is no UTF-8 is named, not passed over")
  func entries() throws {
    _ = try scratch.copy(Self.source, as: "model")
    let weights = try shell(
      "mv model/model.safetensors \"$(printf 'model/w\\351.safetensors')\"; \"$L\" inspect model")
    #expect(weights.exitCode == 2 && weights.errors.contains("[io.name]"), "\(weights.errors)")
    #expect(weights.errors.contains("w\u{FFFD}.safetensors"))
    _ = try scratch.copy(Repository.golden("bert-one-token"), as: "case")
    let cases = try shell(
      "mkdir cases; cp -r case cases/good; mv case \"$(printf 'cases/c\\351')\"; \"$L\" verify cases"
    )
    #expect(cases.exitCode == 2 && cases.errors.contains("[io.name]"), "\(cases.output)")
  }

  @Test("A folder whose path is no UTF-8 can be worked in, and its name is not written")
  func workingFolder() throws {
    let result = try shell(
      """
      cd "$(mkdir "$(printf 'd\\351')"; printf 'd\\351')" && cp -r "$M" model && \
      "$L" convert model -o a.lfz && "$L" inspect a.lfz && "$L" convert model -o hf && \
      "$L" golden record model --length 4 -o case && "$L" verify case --allow-outside
      """)
    #expect(result.exitCode == 0, "\(result.errors)")
    #expect(try count() == "1")
    // A link is resolved for a case, and would become another name.
    let link = try shell(
      "ln -s \"$(printf 'd\\351')\" l; \"$L\" golden record l/model --length 4 -o case")
    #expect(link.exitCode == 2 && link.errors.contains("[io.name]"), "\(link.errors)")
    #expect(try count() == "2")
  }

  @Test("A link that leads nowhere is said")
  func lostLinks() throws {
    func model(_ name: String) throws -> String {
      let folder = try scratch.copy(Self.source, as: UUID().uuidString)
      try? FileManager.default.removeItem(atPath: folder + "/" + name)
      try? FileManager.default.createDirectory(
        atPath: (folder + "/" + name as NSString).deletingLastPathComponent,
        withIntermediateDirectories: true)
      try FileManager.default.createSymbolicLink(
        atPath: folder + "/" + name, withDestinationPath: "../blobs/none")
      return folder
    }
    for name in [
      "tokenizer.json", "merges.txt", "vocab.json", "tokenizer_config.json",
      "1_Pooling/config.json", "pytorch_model.bin",
    ] {
      let folder = try model(name)
      for command in [["inspect", folder], ["convert", folder, "-o", scratch("o"), "--force"]] {
        let result = try Program.run(command)
        #expect(result.exitCode == 0, "\(name): \(result.errors)")
        #expect(
          result.errors.contains("note: \(name) is a link that leads nowhere"), "\(result.errors)")
      }
    }
    for name in ["config.json", "model.safetensors"] {
      let result = try Program.run(["inspect", try model(name), "--json"])
      let error = result.json["error"] as? [String: Any]
      #expect(result.exitCode == 2 && error?["code"] as? String == "io.lost-link")
      #expect(error?["entry"] as? String == name)
    }
  }

  @Test("An output's name may be as long as the file system allows")
  func longNames() throws {
    let long = String(repeating: "n", count: 251)
    for (options, name) in [
      (["convert", Self.source, "-o"], long + ".lfz"),
      (["convert", Self.source, "-o"], long + "nnnn"),
      (["draw", Self.source, "-o"], long + ".svg"),
      (["golden", "record", Self.source, "--length", "4", "-o"], "g" + long.dropLast(1) + "nnnn"),
      // Of characters that take three bytes each.
      (["convert", Self.source, "-o"], String(repeating: "語", count: 83) + "n.lfz"),
    ] {
      for more in [[], ["--force"]] {
        let result = try Program.run(options + [scratch(name)] + more)
        #expect(result.exitCode == 0, "\(result.errors)")
        #expect(FileManager.default.fileExists(atPath: scratch(name)))
      }
    }
    #expect(scratch.names.allSatisfy { !$0.hasPrefix(".") })
  }

  @Test(
    "A source in the root folder",
    .enabled(
      if: FileManager.default.isWritableFile(atPath: "/"), "the root folder is not writable"))
  func root() throws {
    let path = "/lfconv-tests-\(UUID().uuidString).safetensors"
    try FileManager.default.copyItem(atPath: Self.source + "/model.safetensors", toPath: path)
    defer { try? FileManager.default.removeItem(atPath: path) }
    let config = ["--config", Self.source + "/config.json"]
    let seen = try Program.run(["inspect", path] + config)
    #expect(seen.exitCode == 0, "\(seen.errors)")
    let made = try Program.run(["convert", path, "-o", scratch("a.lfz")] + config)
    #expect(made.exitCode == 0, "\(made.errors)")
  }
}
