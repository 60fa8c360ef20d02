import Foundation
import TestSupport
import Testing

@Suite("Signals", .serialized)
struct SignalTests {
  private typealias Restricted = RestrictedProgram

  /// Ends a conversion by a signal once it has begun to write.
  private func interrupt(
    _ arguments: [String], by signal: Int32, in scratch: Scratch
  ) throws -> Process {
    let before = Restricted.temporaries(in: scratch.path)
    let process = try Restricted.start(arguments, in: scratch)
    #expect(
      Restricted.wait {
        !process.isRunning
          || !Restricted.temporaries(in: scratch.path).allSatisfy(before.contains)
      })
    #expect(kill(process.processIdentifier, signal) == 0)
    process.waitUntilExit()
    return process
  }

  @Test(
    "Every signal that ends it leaves no temporary file, and the older output as it was",
    arguments: [
      SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGPIPE, SIGALRM, SIGUSR1, SIGUSR2, SIGXCPU, SIGVTALRM,
      SIGPROF,
    ])
  func ends(by signal: Int32) throws {
    let scratch = try Scratch()
    try scratch.file("old.lfz", "old")
    for output in signal.isMultiple(of: 2) ? ["old.lfz"] : ["folder"] {
      let process = try interrupt(
        Restricted.slow(scratch(output)) + ["--force"], by: signal, in: scratch)
      #expect(process.terminationReason == .uncaughtSignal)
      #expect(process.terminationStatus == signal)
      #expect(scratch.names == ["log.err", "log.out", "old.lfz"])
      #expect(try String(contentsOfFile: scratch("old.lfz"), encoding: .utf8) == "old")
      #expect(try String(contentsOfFile: scratch("log.err"), encoding: .utf8) == "")
    }
  }

  @Test("With --json a signal is told as an object")
  func object() throws {
    let scratch = try Scratch()
    _ = try interrupt(Restricted.slow(scratch("a.lfz")) + ["--json"], by: SIGTERM, in: scratch)
    let text = try String(contentsOfFile: scratch("log.out"), encoding: .utf8)
    #expect(
      text == """
        {"schema":"lfconv.convert/1","error":{"code":"signal","message":"ended by signal 15"}}

        """)
  }

  @Test("Signals that were ignored at the start stay ignored", arguments: [SIGHUP, SIGTERM])
  func ignored(signal: Int32) throws {
    let scratch = try Scratch()
    let process = try Restricted.start(
      Restricted.slow(scratch("a.lfz"), positions: 100_000) + ["--quiet"], in: scratch,
      before: "trap '' HUP TERM")
    #expect(
      Restricted.wait { !process.isRunning || !Restricted.temporaries(in: scratch.path).isEmpty })
    kill(process.processIdentifier, signal)
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == 0)
    #expect(scratch.names == ["a.lfz", "log.err", "log.out"])
  }

  @Test("At whatever moment a signal comes, a folder is the old one or the new one, and whole")
  func whilePublishing() throws {
    let scratch = try Scratch()
    let out = scratch("out")
    let new = Restricted.quick(out) + ["--quiet", "--force", "--no-check"]
    #expect(try Program.run(new).exitCode == 0)
    let newContent = Restricted.content(out)
    #expect(try Program.run(new + ["--dtype", "bf16"]).exitCode == 0)
    let oldContent = Restricted.content(out)
    #expect(oldContent != newContent && oldContent.count == newContent.count)
    // Moments all over the time that it takes, each a little later.
    let start = Date()
    #expect(try Program.run(new).exitCode == 0)
    let whole = Date().timeIntervalSince(start)
    var ended = 0
    for step in 0..<40 {
      let process = try Restricted.start(new, in: scratch)
      usleep(UInt32(whole * 1e6 * Double(step) / 32))
      kill(process.processIdentifier, step.isMultiple(of: 2) ? SIGTERM : SIGINT)
      process.waitUntilExit()
      if process.terminationReason == .uncaughtSignal { ended += 1 }
      let found = Restricted.content(out)
      #expect(found == newContent || found == oldContent)
      #expect(scratch.names.filter { !$0.hasPrefix("log") } == ["out"])
    }
    #expect(ended > 0)
  }

  /// Where a tool can bring a signal at a chosen system call.
  private static let tracer = "/usr/bin/strace"

  @Test(
    "A signal at any system call of publishing waits until it is done",
    .enabled(if: FileManager.default.isExecutableFile(atPath: tracer), "no strace"),
    arguments: ["renameat2", "unlink", "rename", "rmdir,unlinkat"], [true, false])
  func atSystemCall(calls: String, isFolder: Bool) throws {
    let scratch = try Scratch()
    let out = scratch(isFolder ? "out" : "out.lfz")
    let conversion = Restricted.quick(out) + ["--quiet", "--force", "--no-check"]
    #expect(try Program.run(conversion + ["--dtype", "bf16"]).exitCode == 0)
    let old = Restricted.content(scratch.path)
    #expect(try Program.run(conversion).exitCode == 0)
    let new = Restricted.content(scratch.path)
    for call in 1...3 {
      let result = try Program.run(
        [
          "-f", "-o", "/dev/null", "-e", "trace=\(calls)", "-e",
          "inject=\(calls):signal=SIGTERM:when=\(call)", Program.path,
        ] + conversion, program: Self.tracer)
      #expect(result.exitCode == 0 || result.exitCode == SIGTERM, "\(result.errors)")
      let found = Restricted.content(scratch.path)
      #expect(found == old || found == new)
      #expect(Restricted.temporaries(in: scratch.path).isEmpty)
    }
  }

  @Test(
    "Where folders cannot be exchanged the old one is renamed aside, and back after a failure",
    .enabled(if: FileManager.default.isExecutableFile(atPath: tracer), "no strace"))
  func withoutExchange() throws {
    let scratch = try Scratch()
    let conversion = Restricted.quick(scratch("out")) + ["--quiet", "--force", "--no-check"]
    // Renaming is done by two calls; the second one publishes.
    func run(_ faults: String..., more: [String] = []) throws -> Program.Result {
      let injected = ["renameat2:error=EINVAL"] + faults
      return try Program.run(
        ["-f", "-o", "/dev/null", "-e", "trace=rename,renameat2"]
          + injected.flatMap { ["-e", "inject=" + $0] } + [Program.path] + conversion + more,
        program: Self.tracer)
    }
    #expect(try Program.run(conversion + ["--dtype", "bf16"]).exitCode == 0)
    let old = Restricted.content(scratch("out"))
    #expect(try run(more: ["--dtype", "bf16"]).exitCode == 0)
    for fault in ["rename:error=EACCES:when=1", "rename:error=ENOSPC:when=2"] {
      #expect(try run(fault).exitCode == 4)
      #expect(Restricted.content(scratch.path).count == old.count)
      #expect(Restricted.content(scratch("out")) == old)
    }
    // A loss of power between the two: the old folder lies beside, and stays there.
    _ = try run("rename:error=EINTR:signal=SIGKILL:when=2")
    #expect(!FileManager.default.fileExists(atPath: scratch("out")))
    #expect(try Program.run(conversion).exitCode == 0)
    let left = Restricted.temporaries(in: scratch.path)
    #expect(left.count == 1 && left[0].hasSuffix(".tmp.old"))
    #expect(Restricted.content(scratch(left[0])) == old)
    // A signal waits until the new one is there.
    let new = Restricted.content(scratch("out"))
    #expect(try run("rename:signal=SIGTERM:when=1", more: ["--dtype", "bf16"]).exitCode != 4)
    #expect(Restricted.content(scratch("out")) == old && new != old)
    #expect(Restricted.temporaries(in: scratch.path).count == 1)
  }

  @Test("What a killed process left is removed by the next one; what lives or is foreign stays")
  func leftovers() throws {
    let scratch = try Scratch()
    for output in ["a.lfz", "folder"] {
      _ = try interrupt(Restricted.slow(scratch(output)), by: SIGKILL, in: scratch)
    }
    // The second one has removed what the first one left.
    #expect(Restricted.temporaries(in: scratch.path).count == 1)
    // Of a process that still runs; and of others.
    let living = try scratch.file(".lfconv.00000000000aa.tmp", "mine")
    let descriptor = open(living, O_RDWR)
    #expect(flock(descriptor, LOCK_EX | LOCK_NB) == 0)
    defer { close(descriptor) }
    let foreign = [
      ".lfconv.0000000000001.txt", ".lfconv.1.tmp", ".lfconv.00000000-0001.tmp", "a.tmp",
    ]
    for name in foreign { try scratch.file(name) }
    #expect(symlink("a.tmp", scratch(".lfconv.00000000000bb.tmp")) == 0)
    #expect(try Program.run(Restricted.quick(scratch("b.lfz"))).exitCode == 0)
    #expect(
      Set(scratch.names)
        == Set(
          foreign + [
            ".lfconv.00000000000aa.tmp", ".lfconv.00000000000bb.tmp", "b.lfz", "log.err",
            "log.out",
          ]))
  }
}
