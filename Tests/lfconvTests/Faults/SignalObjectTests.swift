import Foundation
import TestSupport
import Testing

/// The object that `--json` prints when a signal ends a command.
@Suite("Objects on signals", .serialized)
struct SignalObjectTests {
  private static let model = RestrictedProgram.source

  /// A command that reads texts from standard input, and the name of its schema's file.
  struct Reading: Sendable, CustomTestStringConvertible {
    let schema: String
    let words: [String]

    var testDescription: String { words.prefix(2).joined(separator: " ") }
  }

  private static let reading: [Reading] = [
    Reading(schema: "encode", words: ["encode", model, "--text", "-"]),
    Reading(schema: "tokenize", words: ["tokenize", model, "--text", "-"]),
    Reading(schema: "evaluate", words: ["evaluate", model, "--text", "-"]),
    Reading(schema: "compare-attention", words: ["compare-attention", model, "--text", "-"]),
    Reading(schema: "bench", words: ["bench", model, "--text", "-"]),
    Reading(schema: "golden-record", words: ["golden", "record", model, "--text", "-", "-o", "x"]),
  ]

  private func objects(_ scratch: Scratch) throws -> [[String: Any]] {
    try String(contentsOfFile: scratch("log.out"), encoding: .utf8).split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
  }

  /// Ends a command that waits for more of its standard input.
  ///
  /// - Parameter lines: what it prints before that.
  private func end(
    _ words: [String], by signal: Int32, behind text: String, lines: Int = 0
  ) throws -> Scratch {
    let scratch = try Scratch()
    #expect(mkfifo(scratch("pipe"), 0o600) == 0)
    // Both ends, so that nobody waits for the other and the input never ends.
    let pipe = open(scratch("pipe"), O_RDWR)
    defer { close(pipe) }
    let process = try RestrictedProgram.start(
      words + ["--json"], in: scratch,
      before: "ulimit -c 0; unset CI; exec <'\(scratch("pipe"))'")
    let bytes = Array(text.utf8)
    #expect(write(pipe, bytes, bytes.count) == bytes.count)
    // What has been read shows that the work has begun.
    #expect(
      RestrictedProgram.wait {
        var waiting: Int32 = 0
        let printed = try? String(contentsOfFile: scratch("log.out"), encoding: .utf8)
        return ioctl(pipe, UInt(FIONREAD), &waiting) == 0 && waiting == 0
          && (printed ?? "").count(where: { $0 == "\n" }) >= lines
      })
    kill(process.processIdentifier, signal)
    process.waitUntilExit()
    #expect(process.terminationReason == .uncaughtSignal)
    #expect(process.terminationStatus == signal)
    return scratch
  }

  @Test("A command that waits for texts prints one, under its own schema", arguments: reading)
  func waiting(command: Reading) throws {
    for signal in [SIGINT, SIGTERM] {
      let found = try objects(try end(command.words, by: signal, behind: "no end of the line"))
      #expect(found.count == 1)
      let error = try #require(found.first?["error"] as? [String: Any])
      #expect(error["code"] as? String == "signal")
      #expect(error["message"] as? String == "ended by signal \(signal)")
      #expect(try SchemaCheck(command: command.schema).problems(try #require(found.first)) == [])
    }
  }

  @Test("Behind lines that were printed it comes as well")
  func behindLines() throws {
    let words = ["tokenize", Self.model, "--text", "-"]
    let found = try objects(
      try end(words, by: SIGTERM, behind: "a line\nanother one\nno end of the line", lines: 2))
    #expect(found.dropLast().map { $0["index"] as? Int } == [0, 1])
    #expect((found.last?["error"] as? [String: Any])?["code"] as? String == "signal")
    for object in found {
      #expect(try SchemaCheck(command: "tokenize").problems(object) == [])
    }
  }

  private static let timeout = "/usr/bin/timeout"

  @Test(
    "Shells see 130 and 143",
    .enabled(if: FileManager.default.isExecutableFile(atPath: timeout), "no timeout of coreutils"),
    arguments: [("INT", Int32(130)), ("TERM", 143)])
  func codes(signal: String, code: Int32) throws {
    let wait = "sleep 3 | \(Self.timeout) --preserve-status -s \(signal) 1 \"$@\""
    let result = try Program.run(
      ["-c", wait, "sh", Program.path, "encode", Self.model, "--text", "-", "--json"],
      program: "/bin/sh")
    #expect(result.exitCode == code)
    #expect((result.json["error"] as? [String: Any])?["code"] as? String == "signal")
  }
}
