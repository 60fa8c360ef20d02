import Foundation
import TestSupport
import Testing

@Suite("Limits of the system", .serialized)
struct LimitTests {
  private typealias Restricted = RestrictedProgram

  @Test(
    "Where no thread can be made the work is done on one",
    .enabled(if: Restricted.canBeNobody, "not the root user"), .timeLimit(.minutes(15)))
  func noThreads() throws {
    let scratch = try Scratch()
    _ = try scratch.copy(Restricted.source, as: "model")
    for threads in ["1", "4"] {
      let output = scratch("a-\(threads).lfz")
      let result = try Restricted.runAsNobody(
        Restricted.quick(output, from: scratch("model")) + ["--quiet", "--threads", threads],
        in: scratch, limits: ["--nproc=0"])
      #expect(result.exitCode == 0, "\(result.errors)")
      // Signals need no thread either.
      let ended = try Restricted.runAsNobody(
        Restricted.slow(scratch("b.lfz"), from: scratch("model"), positions: 4_000_000)
          + ["--threads", threads], in: scratch, limits: ["--nproc=0", "--cpu=1:60"])
      #expect(ended.wasSignalled && ended.exitCode == SIGXCPU, "\(ended.errors)")
      #expect(!FileManager.default.fileExists(atPath: scratch("b.lfz")))
    }
    #expect(
      FileManager.default.contentsEqual(
        atPath: scratch("a-1.lfz"), andPath: scratch("a-4.lfz")))
    #expect(Restricted.temporaries(in: scratch.path).isEmpty)
  }

  @Test("However few files may be open, it ends in an error or a result", .timeLimit(.minutes(15)))
  func openFiles() throws {
    let scratch = try Scratch()
    var done = 0
    for limit in [4, 6, 8, 10, 12, 14, 16, 19, 40] {
      for output in ["a.lfz", "folder"] {
        let result = try Restricted.run(
          Restricted.quick(scratch(output)) + ["--quiet", "--force"],
          after: "ulimit -n \(limit)")
        #expect([0, 4, 127].contains(result.exitCode), "\(limit): \(result.errors)")
        #expect(!result.wasSignalled)
        if result.exitCode == 0 { done += 1 }
        #expect(Restricted.temporaries(in: scratch.path).isEmpty)
      }
    }
    #expect(done >= 3)
  }

  @Test(
    "However little memory may be used, it ends in an error or a result", .timeLimit(.minutes(15)))
  func addressSpace() throws {
    let scratch = try Scratch()
    var codes: Set<Int32> = []
    for megabytes in stride(from: 72, through: 184, by: 16) {
      for (call, output) in [("convert", "a.lfz"), ("bench", "")] {
        let arguments =
          call == "bench"
          ? [
            "bench", Restricted.source, "--length", "24", "--batch", "20000", "--repeats", "1",
            "--threads", "3",
          ]
          : Restricted.slow(scratch(output), positions: 20_000) + ["--force"]
        let result = try Restricted.run(
          arguments + ["--quiet"], after: "ulimit -v \(megabytes * 1024); ulimit -c 0")
        codes.insert(result.exitCode)
        // 127: the dynamic linker cannot load the program itself.
        #expect(
          [0, 4, 127].contains(result.exitCode) && !result.wasSignalled,
          "\(megabytes) MB: \(result.exitCode) \(result.errors)")
        #expect(Restricted.temporaries(in: scratch.path).isEmpty)
      }
    }
    #expect(codes.contains(0) && codes.contains(4))
  }

  @Test("Memory that a number asks for is refused with its size, before it is taken")
  func sizes() throws {
    for length in ["9223372036854775807", "1000000000000"] {
      let result = try Program.run(
        ["bench", Restricted.source, "--length", length, "--json"])
      #expect([2, 4, 64].contains(result.exitCode), "\(result.errors)")
      #expect(!result.wasSignalled)
    }
  }

  @Test("A file that is a hole of 100 GB is refused with its size", .timeLimit(.minutes(15)))
  func holes() throws {
    let scratch = try Scratch()
    for name in ["vocab.json", "merges.txt", "tokenizer.json"] {
      let model = try scratch.copy(Restricted.source, as: "model-\(name)")
      let file = try #require(FileHandle(forUpdatingAtPath: model + "/" + name))
      // Otherwise nothing else is read.
      if name != "tokenizer.json" {
        try FileManager.default.removeItem(atPath: model + "/tokenizer.json")
      }
      do { try file.truncate(atOffset: 100_000_000_000) } catch { return }
      let started = Date()
      let result = try Restricted.run(
        ["tokenize", model, "--text", try scratch.file("text", "a\n")], after: "ulimit -c 0")
      #expect([2, 4].contains(result.exitCode), "\(name): \(result.errors)")
      #expect(!result.wasSignalled && Date().timeIntervalSince(started) < 10)
    }
  }

  @Test("Files that are only carried may be larger than memory", .timeLimit(.minutes(15)))
  func carriedFiles() throws {
    let scratch = try Scratch()
    let model = try scratch.copy(Restricted.source, as: "model")
    let file = try #require(FileHandle(forUpdatingAtPath: model + "/merges.txt"))
    try file.truncate(atOffset: 400 << 20)
    for output in ["a.lfz", "folder"] {
      let result = try Restricted.run(
        Restricted.quick(scratch(output), from: model) + ["--quiet"],
        after: "ulimit -v \(300 * 1024); ulimit -c 0")
      #expect(result.exitCode == 0, "\(result.errors)")
    }
    let copied = try FileManager.default.attributesOfItem(atPath: scratch("folder/merges.txt"))
    #expect(copied[.size] as? Int == 400 << 20)
  }

  @Test("Inputs of 32 GB are refused with their size, before they are read")
  func largeInputs() throws {
    let scratch = try Scratch()
    let count = 4_000_000_000
    let path = try scratch.write(
      "inputs.safetensors",
      safetensors(
        #"{"input_ids":{"dtype":"I64","shape":[1,\#(count)],"data_offsets":[0,\#(8 * count)]}}"#))
    let file = try #require(FileHandle(forUpdatingAtPath: path))
    let size = try file.seekToEnd()
    do { try file.truncate(atOffset: size + UInt64(8 * count)) } catch { return }
    for command in [
      ["golden", "record", Restricted.source, "--inputs", path, "-o", scratch("case")],
      ["evaluate", Restricted.source, "--inputs", path],
    ] {
      let result = try Restricted.run(
        command, after: "ulimit -v \(4 << 20); ulimit -c 0", environment: [:])
      #expect(result.exitCode == 4, "\(result.errors)")
      #expect(result.errors.contains("no memory for \(16 * count) bytes"), "\(result.errors)")
    }
    #expect(scratch.names == ["inputs.safetensors"])
  }
}
