import Foundation
import TestSupport
import Testing

@Suite("Temporary files")
struct TemporaryFileTests {
  private typealias Restricted = RestrictedProgram

  @Test(
    "Whatever the umask is, the output is made, and gets the permissions that it asks for",
    .enabled(if: Restricted.canBeNobody, "not the root user"),
    arguments: ["777", "077", "022"])
  func umask(mask: String) throws {
    let scratch = try Scratch()
    _ = try scratch.copy(Restricted.source, as: "model")
    for output in ["a.lfz", "folder"] {
      let result = try Restricted.runAsNobody(
        Restricted.quick(scratch(output), from: scratch("model")) + ["--quiet"], in: scratch,
        umask: mask)
      #expect(result.exitCode == 0, "\(result.errors)")
    }
    let bits = try #require(Int(mask, radix: 8))
    for (name, all) in [("a.lfz", 0o666), ("folder", 0o777), ("folder/model.safetensors", 0o666)] {
      let attributes = try FileManager.default.attributesOfItem(atPath: scratch(name))
      #expect(attributes[.posixPermissions] as? Int == all & ~bits)
    }
    #expect(Restricted.temporaries(in: scratch.path).isEmpty)
    // What the old one was like does not matter for what replaces it.
    let result = try Restricted.runAsNobody(
      Restricted.quick(scratch("a.lfz"), from: scratch("model")) + ["--quiet", "--force"],
      in: scratch)
    #expect(result.exitCode == 0, "\(result.errors)")
  }

  @Test("TMPDIR that is no folder to write to is an error, and nothing else is taken")
  func temporaryFolder() throws {
    let scratch = try Scratch()
    let golden = Repository.golden("roberta-masked-lm-three-windows")
    let before = try FileManager.default.contentsOfDirectory(atPath: "/")
    for folder in ["", scratch("missing"), try scratch.file("file"), "/proc"] {
      let result = try Program.run(
        ["verify", golden, "--json"], environment: ["TMPDIR": folder])
      #expect(result.exitCode == 4, "\(folder): \(result.errors)")
      #expect(result.output.contains("TMPDIR"), "\(folder): \(result.output)")
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: "/") == before)
    #expect(
      try Program.run(["verify", golden], environment: ["TMPDIR": scratch.path]).exitCode == 0)
    #expect(scratch.names == ["file"])
  }

  @Test("An output may have the longest name there is")
  func longName() throws {
    let scratch = try Scratch()
    let name = String(repeating: "n", count: 251) + ".lfz"
    #expect(try Program.run(Restricted.quick(scratch(name))).exitCode == 0)
    #expect(scratch.names == [name])
    let folder = String(repeating: "f", count: 255)
    #expect(try Program.run(Restricted.quick(scratch(folder))).exitCode == 0)
    #expect(scratch.names == [folder, name])
  }

  @Test("A disk that is full leaves nothing of what did not fit")
  func fullDisk() throws {
    let scratch = try Scratch()
    try scratch.file("old.lfz", "old")
    for output in ["old.lfz", "folder"] {
      // A limit on the size of a file is a disk that is full for it.
      let result = try Restricted.run(
        Restricted.slow(scratch(output), positions: 5000) + ["--force"],
        after: "ulimit -f 60", in: nil)
      #expect(result.exitCode == 4, "\(result.errors)")
      #expect(scratch.names == ["old.lfz"])
      #expect(try String(contentsOfFile: scratch("old.lfz"), encoding: .utf8) == "old")
    }
  }
}
