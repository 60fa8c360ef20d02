import Foundation
import TestSupport
import Testing

@Suite("Standard streams")
struct StreamTests {
  private typealias Restricted = RestrictedProgram

  /// A redirection of standard output that cannot work.
  private static let useless =
    [">&-", "</dev/null >&0"]
    + (FileManager.default.fileExists(atPath: "/dev/full") ? [">/dev/full"] : [])

  @Test(
    "What cannot take the report is said before anything is published", arguments: useless)
  func before(redirection: String) throws {
    let scratch = try Scratch()
    for more in [[], ["--json"]] {
      let result = try Restricted.run(
        Restricted.quick(scratch("a.lfz")) + more, after: "exec \(redirection)")
      #expect(result.exitCode == 4, "\(result.errors)")
      #expect(result.errors.contains("standard output"))
      #expect(scratch.names.isEmpty)
    }
    // Nothing is to be reported.
    let quiet = try Restricted.run(
      Restricted.quick(scratch("a.lfz")) + ["--quiet"], after: "exec \(redirection)")
    #expect(quiet.exitCode == 0 && quiet.errors.isEmpty)
    #expect(scratch.names == ["a.lfz"])
  }

  @Test("All streams may be closed; no output is taken for one of them")
  func closed() throws {
    let scratch = try Scratch()
    let result = try Restricted.run(
      Restricted.quick(scratch("a.lfz")) + ["--quiet"], after: "exec <&- >&- 2>&-")
    #expect(result.exitCode == 0)
    #expect(try Program.run(["check", scratch("a.lfz")]).exitCode == 0)
    let noted = try Restricted.run(
      ["convert", scratch("a.lfz"), "-o", scratch("b.lfz"), "--verbose"], after: "exec 2>&- <&-")
    #expect(noted.exitCode == 0 && noted.output.contains("b.lfz"))
    #expect(
      FileManager.default.contentsEqual(atPath: scratch("a.lfz"), andPath: scratch("b.lfz")))
  }

  @Test("A report that fails after the output was published says so")
  func after() throws {
    let scratch = try Scratch()
    // Room for nothing: found out only by the report.
    for output in ["a.lfz", "folder"] {
      let result = try Restricted.run(
        Restricted.quick(scratch(output)) + ["--verbose"],
        after: "exec 3>\"\(scratch("log"))\"; dd if=/dev/zero bs=1024 count=400 >&3 2>/dev/null; "
          + "ulimit -f 400; exec >&3")
      #expect(result.exitCode == 4, "\(result.exitCode) \(result.errors)")
      #expect(result.errors.contains("standard output"))
      #expect(result.errors.contains("\(output) is complete and in its place"), "\(result.errors)")
      try FileManager.default.removeItem(atPath: scratch("log"))
    }
    #expect(scratch.names == ["a.lfz", "folder"])
    #expect(try Program.run(["check", scratch("a.lfz")]).exitCode == 0)
  }

  @Test("A reader that has gone ends it quietly, unless something was published")
  func pipes() throws {
    let scratch = try Scratch()
    let quiet = try Program.run(
      [
        "-c", "{ \"$1\" inspect \"$2\" --tensors; echo $? >&2; } | true", "sh", Program.path,
        Restricted.source,
      ],
      program: "/bin/sh")
    #expect(["141\n", "0\n"].contains(quiet.errors) || quiet.errors.contains("standard output"))
    let command = "{ \"$1\" convert \"$2\" -o \"$3\"; echo $? >&2; } | true; sleep 0.1"
    let published = try Program.run(
      ["-c", command, "sh", Program.path, Restricted.source, scratch("a.lfz")], program: "/bin/sh")
    // Known before, or found out after; never without a word when there is an output.
    #expect(
      published.errors.contains("is complete and in its place") || !scratch.names.contains("a.lfz")
        || published.errors == "0\n", "\(published.errors)")
  }
}
