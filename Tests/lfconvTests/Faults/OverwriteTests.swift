import Foundation
import TestSupport
import Testing

@Suite("Only --force replaces, and never an input")
struct OverwriteTests {
  private typealias Restricted = RestrictedProgram

  /// A folder with a model, its container, a case, texts and inputs: whatever
  /// commands read.
  private func inputs() throws -> Scratch {
    let scratch = try Scratch()
    _ = try scratch.copy(Restricted.source, as: "model")
    _ = try scratch.copy(Repository.golden("pad-zero"), as: "case")
    #expect(try Program.run(Restricted.quick(scratch("a.lfz"))).exitCode == 0)
    try scratch.file("texts.txt", "<s>\nabc\n")
    _ = try scratch.copy(
      Repository.golden("roberta-masked-lm-three-windows") + "/inputs.safetensors",
      as: "inputs.safetensors")
    return scratch
  }

  /// A command that writes one file, but for the name of that.
  struct Writer: Sendable, CustomStringConvertible {
    let description: String
    /// The arguments before the output's name; `@` stands for the folder.
    let arguments: [String]
    /// Inputs of the command.
    let inputs: [String]
    /// How names of its output may end.
    var ending: String { description.hasPrefix("draw") ? ".svg" : ".lfz" }

    init(_ arguments: String, reads inputs: String...) {
      description = arguments
      self.arguments = arguments.split(separator: " ").map(String.init)
      self.inputs = inputs
    }
  }

  static let writers = [
    Writer("verify @/case --html", reads: "case/case.json", "case/expected.safetensors"),
    Writer("verify @/case --junit", reads: "case/inputs.safetensors"),
    Writer("draw @/model -o", reads: "model/config.json"),
    Writer("draw @/a.lfz -o", reads: "a.lfz"),
    Writer("tokenize @/model --text @/texts.txt -o", reads: "texts.txt", "model/tokenizer.json"),
    Writer(
      "compare-attention @/model --inputs @/inputs.safetensors --attention full --html",
      reads: "inputs.safetensors", "model/model.safetensors"),
    Writer("convert @/a.lfz -o", reads: "a.lfz"),
    Writer("convert @/model --config @/model/config.json -o", reads: "model/config.json"),
  ]

  @Test("Every command that writes a file keeps an older one, and every input", arguments: writers)
  func files(writer: Writer) throws {
    let scratch = try inputs()
    let before = Restricted.content(scratch.path)
    func run(_ output: String, _ more: [String] = []) throws -> Program.Result {
      try Program.run(
        writer.arguments.map { $0.replacingOccurrences(of: "@", with: scratch.path) }
          + [scratch(output)] + more)
    }
    // An older file.
    try scratch.file("old" + writer.ending, "old")
    let refused = try run("old" + writer.ending)
    #expect(refused.exitCode == 4, "\(refused.errors)")
    #expect(refused.errors.contains("[io.exists]"))
    #expect(try String(contentsOfFile: scratch("old" + writer.ending), encoding: .utf8) == "old")
    let replaced = try run("old" + writer.ending, ["--force"])
    #expect(replaced.exitCode <= 1, "\(replaced.errors)")
    #expect(
      FileManager.default.contents(atPath: scratch("old" + writer.ending)) != Data("old".utf8))
    // An input, by its name and through links.
    for input in writer.inputs {
      #expect(symlink(scratch(input), scratch("soft" + writer.ending)) == 0)
      #expect(link(scratch(input), scratch("hard" + writer.ending)) == 0)
      for output in [input, "soft" + writer.ending, "hard" + writer.ending] {
        let result = try run(output, ["--force"])
        #expect([64, 4].contains(result.exitCode), "\(writer) \(output): \(result.errors)")
        #expect(
          result.errors.contains("[usage.output]")
            || output == input && !input.hasSuffix(writer.ending),
          "\(writer) \(output): \(result.errors)")
      }
      for name in ["soft" + writer.ending, "hard" + writer.ending] {
        #expect(scratch.names.contains(name))
        try FileManager.default.removeItem(atPath: scratch(name))
      }
    }
    try FileManager.default.removeItem(atPath: scratch("old" + writer.ending))
    #expect(Restricted.content(scratch.path) == before)
  }

  @Test("No folder is replaced that is an input, or holds one")
  func folders() throws {
    let scratch = try inputs()
    // What looks like an earlier output, and holds the source.
    try scratch.write("holds/config.json", "{}")
    try scratch.write("holds/case.json", "{}")
    _ = try scratch.copy(Restricted.source, as: "holds/deep")
    try FileManager.default.createSymbolicLink(
      atPath: scratch("link"), withDestinationPath: scratch("holds"))
    // A folder of links, as a cache has them.
    try scratch.write("links/config.json", "{}")
    try FileManager.default.createSymbolicLink(
      atPath: scratch("links/weights"), withDestinationPath: scratch("model/model.safetensors"))
    let before = Restricted.content(scratch.path)
    let record = ["golden", "record", scratch("holds/deep"), "--length", "4", "-o"]
    let calls = [
      ["convert", scratch("model"), "-o", scratch("model")],
      ["convert", scratch("model"), "-o", scratch("links")],
      ["convert", scratch("holds/deep"), "-o", scratch("holds")],
      ["convert", scratch("holds/deep"), "-o", scratch("link")],
      ["convert", scratch("holds/deep/model.safetensors"), "-o", scratch("holds/deep")],
      record + [scratch("holds")], record + [scratch("holds/deep")],
      [
        "golden", "record", scratch("model"), "--inputs", scratch("case/inputs.safetensors"), "-o",
        scratch("case"),
      ],
    ]
    for call in calls {
      let result = try Program.run(call + ["--force"])
      #expect(result.exitCode == 64, "\(call): \(result.errors)")
      #expect(result.errors.contains("[usage.output]"), "\(call): \(result.errors)")
      #expect(Restricted.content(scratch.path) == before)
    }
  }

  @Test(
    "A source is the same file through a mount", .enabled(if: geteuid() == 0, "not the root user"))
  func mounts() throws {
    let scratch = try inputs()
    try FileManager.default.createDirectory(
      atPath: scratch("mount"), withIntermediateDirectories: true)
    let result = try Program.run(
      [
        "-m", "sh", "-c",
        "mount --bind \"$1\" \"$2\" && exec \"$3\" convert \"$1/a.lfz\" "
          + "-o \"$2/a.lfz\" --force", "sh", scratch.path, scratch("mount"), Program.path,
      ], program: "/usr/bin/unshare")
    // Where mounts are not allowed either there is nothing to see.
    guard !result.errors.contains("mount:"), !result.errors.contains("unshare") else { return }
    #expect(result.exitCode == 64 && result.errors.contains("[usage.output]"))
  }

  @Test(
    "What cannot be removed of a replaced folder is named", .enabled(if: Restricted.canBeNobody))
  func foreignRest() throws {
    let scratch = try Scratch()
    _ = try scratch.copy(Restricted.source, as: "model")
    let convert = ["convert", scratch("model"), "-o", scratch("out"), "--quiet", "--force"]
    let first = try Restricted.runAsNobody(convert, in: scratch)
    #expect(first.exitCode == 0, "\(first.errors)")
    // Names that are no UTF-8 go with the rest.
    let name: [CChar] = scratch("out/").utf8CString.dropLast() + [-1, 120, 0]
    #expect(close(creat(name, 0o644)) == 0)
    // Another user's, in a folder that is not this one's.
    try scratch.write("out/other/file", "another user's")
    let second = try Restricted.runAsNobody(convert, in: scratch)
    #expect(second.exitCode == 0)
    let rest = try #require(Restricted.temporaries(in: scratch.path).first)
    #expect(second.errors.contains("lfconv: warning:") && second.errors.contains(rest))
    #expect(Restricted.content(scratch(rest)).keys.sorted() == ["other/file"])
    #expect(Restricted.content(scratch("out")).keys.contains("model.safetensors"))
    #expect(!Restricted.content(scratch("out")).keys.contains("other"))
  }
}
