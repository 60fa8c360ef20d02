import Foundation
import Synchronization
import TestSupport
import Testing

@testable import lfconv

@Suite("Console")
struct ConsoleTests {
  /// What a line has drawn.
  private final class Sink: Sendable {
    let text = Mutex("")
    var drawn: String { text.withLock { $0 } }
  }

  /// A clock that stands still until it is set.
  private final class Clock: Sendable {
    let seconds = Mutex(0.0)
    func set(_ value: Double) { seconds.withLock { $0 = value } }
  }

  private func line(
    _ sink: Sink, isShown: Bool = true, width: Int = 80, clock: Clock = Clock()
  ) -> ProgressLine {
    ProgressLine(
      isShown: isShown, width: width, now: { clock.seconds.withLock { $0 } },
      write: { text in sink.text.withLock { $0 += text } })
  }

  @Test("A line is redrawn in place when a percent has passed, and removed at the end")
  func progress() {
    let sink = Sink()
    let line = line(sink)
    for fraction in [0, 0.001, 0.009, 0.014, 0.5, 0.5] { line.show("writing", fraction) }
    line.show("checking", 0.5)
    let start = "\r\u{1B}[K"
    let empty = String(repeating: " ", count: 23)
    let half = String(repeating: "=", count: 12) + ">" + String(repeating: " ", count: 11)
    #expect(
      sink.drawn == start + "writing [>\(empty)] 0 %" + start + "writing [>\(empty)] 1 %" + start
        + "writing [\(half)] 50 %" + start + "checking [\(half)] 50 %")
    line.clear()
    line.clear()  // there is nothing left to remove
    #expect(sink.drawn.hasSuffix("] 50 %\(start)"))
    line.show("again", 2)
    #expect(sink.drawn.hasSuffix("again [\(String(repeating: "=", count: 24))] 100 %"))
    line.show("again", -1)
    #expect(sink.drawn.hasSuffix("again [>\(empty)] 0 %"))
  }

  @Test("It tells how fast it goes and how long it will take, once that can be known")
  func rates() {
    let sink = Sink()
    let clock = Clock()
    let line = line(sink, clock: clock)
    line.show("writing", 0, of: .bytes(400_000_000))
    clock.set(0.9)
    line.show("writing", 0.1)
    #expect(!sink.drawn.contains("left"))
    clock.set(2)
    line.show("writing", 0.25)
    #expect(sink.drawn.hasSuffix("] 25 %  50.0 MB/s  6 s left"), "\(sink.drawn)")
    clock.set(100)
    line.show("writing", 0.5)
    #expect(sink.drawn.hasSuffix("] 50 %  2.00 MB/s  1 min 40 s left"))
    clock.set(10_000)
    line.show("writing", 0.51)
    #expect(sink.drawn.hasSuffix("2 h 40 min left"), "\(sink.drawn)")
    line.show("verifying", 0, of: .items(86, "cases"))
    clock.set(10_010)
    line.show("verifying", 0.5)
    #expect(sink.drawn.hasSuffix("] 50 %  4.30 cases/s  10 s left"), "\(sink.drawn)")
    line.clear()
    #expect(line.steps.map(\.action) == ["writing", "verifying"])
    #expect(line.steps.map(\.seconds) == [10_000, 10])
  }

  @Test("A line fits into the terminal, however narrow")
  func narrow() {
    for width in [80, 60, 40, 30, 20, 10, 1] {
      let sink = Sink()
      let clock = Clock()
      let line = line(sink, width: width, clock: clock)
      line.show("evaluating 12 of 20", 0, of: .bytes(1 << 40))
      clock.set(5000)
      line.show("evaluating 12 of 20", 0.4)
      for drawn in sink.drawn.components(separatedBy: "\r\u{1B}[K") {
        #expect(drawn.count <= max(1, width - 1), "\(drawn)")
      }
    }
  }

  @Test("Nothing is drawn where nobody looks")
  func hidden() {
    let sink = Sink()
    let line = line(sink, isShown: false)
    line.show("writing", 0.5)
    line.clear()
    #expect(sink.drawn.isEmpty)
  }

  /// `script` of util-linux runs a program in a terminal of its own.
  private static let script: String? = ["/usr/bin/script", "/bin/script"].first {
    FileManager.default.isExecutableFile(atPath: $0)
  }

  /// What the program writes to a terminal.
  private func terminal(_ command: String, environment: [String: String] = [:]) throws -> String {
    let scratch = try Scratch()
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try #require(Self.script))
    process.arguments = ["-qec", "'\(Program.path)' \(command)", scratch("typescript")]
    process.environment = ProcessInfo.processInfo.environment.filter { $0.key != "NO_COLOR" }
      .merging(["TERM": "xterm"]) { $1 }.merging(environment) { $1 }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return try String(contentsOfFile: scratch("typescript"), encoding: .utf8)
  }

  #if os(Linux)
    @Test(
      "On a terminal progress is shown and removed, and verdicts are coloured",
      .enabled(if: script != nil, "no script of util-linux"))
    func onTerminal() throws {
      let scratch = try Scratch()
      // With a tokenizer, so that nothing has to be noted.
      let source = Repository.golden("roberta-masked-lm-three-windows") + "/source"
      let inputs =
        Repository.root + "/Golden/evaluation/roberta-masked-lm-three-windows.safetensors"
      let command = "convert '\(source)' --force -o "
      let shown = try terminal(command + "'\(scratch("a.lfz"))'")
      #expect(shown.contains("\r\u{1B}[Kwriting ["))
      #expect(shown.contains("\r\u{1B}[Kchecking ["))
      #expect(shown.contains("%\r\u{1B}[Ksource "), "\(shown.debugDescription)")
      for (call, action) in [
        ("check '\(scratch("a.lfz"))'", "checking ["),
        (
          "verify '\(Repository.golden("pad-zero"))' '\(Repository.golden("pad-zero"))'",
          "verifying ["
        ),
        ("bench '\(source)' --length 8 --repeats 1", "running ["),
        ("diff '\(source)' '\(source)'", "comparing ["),
        ("evaluate '\(source)' --inputs '\(inputs)'", "evaluating 1 of 1 ["),
        ("compare-attention '\(source)' --inputs '\(inputs)' --lengths 8", "comparing ["),
        ("compare-attention '\(source)' --inputs '\(inputs)' --lengths 8", "measuring growth ["),
      ] {
        let text = try terminal(call)
        #expect(text.contains("\r\u{1B}[K" + action), "\(text.debugDescription)")
        let dumb = try terminal(call, environment: ["TERM": "dumb"])
        #expect(!dumb.contains("\u{1B}") && !dumb.contains(action))
      }
      #expect(shown.contains("\u{1B}[32mproved \u{1B}[0m"))
      let quiet = try terminal(command + "'\(scratch("b.lfz"))' --quiet")
      #expect(!quiet.contains("\u{1B}"))
      let dumb = try terminal(command + "'\(scratch("e.lfz"))'", environment: ["TERM": "dumb"])
      #expect(!dumb.contains("\u{1B}") && !dumb.contains("writing"))
      let failed = try terminal("inspect '\(scratch("nowhere"))' || true")
      #expect(failed.contains("lfconv: \u{1B}[1;31merror:\u{1B}[0m "), "\(failed.debugDescription)")
      let usage = try terminal("inspct || true")
      #expect(usage.contains("lfconv: \u{1B}[1;31merror:\u{1B}[0m unknown command 'inspct'"))
      let uncoloured = try terminal("inspect '\(scratch("nowhere"))' --no-color || true")
      #expect(uncoloured.contains("lfconv: error: "))
      let plain = try terminal(command + "'\(scratch("c.lfz"))' --no-color")
      #expect(plain.contains("writing ") && !plain.contains("\u{1B}[32m"))
      let variable = try terminal(
        command + "'\(scratch("d.lfz"))'", environment: ["NO_COLOR": "1"])
      #expect(!variable.contains("\u{1B}[32m"))
      let verdict = try terminal("verify '\(Repository.golden("pad-zero"))'")
      #expect(verdict.contains("\u{1B}[32mpass \u{1B}[0m"))
    }
  #endif

  @Test("--verbose tells what was read, which names were mapped, with what and how long")
  func verbose() throws {
    let scratch = try Scratch()
    let source = Repository.golden("fairseq-legacy-pickle") + "/source"
    let call = ["convert", source, "-o", scratch("a.lfz")]
    let result = try Program.run(call + ["--verbose"])
    #expect(result.exitCode == 0, "\(result.errors)")
    for line in [
      "lfconv: info: lfconv 1.", ", instruction set ",
      "lfconv: info: read \(source)/model.pt (fairseq",
      "lfconv: info: files that come with it: dict.txt",
      "lfconv: info:   decoder.sentence_encoder.embed_tokens.weight → embeddings.word_embeddings.weight",
      "lfconv: info: writing took ", "lfconv: info: checking took ",
    ] {
      #expect(result.errors.contains(line), "\(line) in \(result.errors)")
    }
    // Results are the same, and nothing of this is told without it.
    let plain = try Program.run(call + ["--force"])
    #expect(!plain.errors.contains("info:"))
    #expect(
      try Program.run(["inspect", source, "-v"]).output == Program.run(["inspect", source]).output)
  }

  @Test("inspect tells what there is, in words")
  func inspection() throws {
    let scratch = try Scratch()
    let source = Repository.golden("roberta-masked-lm-three-windows") + "/source"
    let options = ["--attention-window", "4,12,20", "--max-positions", "100"]
    let converted = try Program.run(
      ["roberta-to-longformer", source, "-o", scratch("a.lfz")] + options)
    #expect(converted.exitCode == 0)
    #expect(converted.output.contains("rows    2 reserved + 3 × 30 + 10 = 102 position embeddings"))
    let text = try Program.run(["inspect", scratch("a.lfz"), "--tensors"]).output
    for line in [
      "path    \(scratch("a.lfz"))  (lfz)",
      "model   LongformerForMaskedLM (longformer, head: masked_lm)",
      "sizes   3 layers × 24, 3 heads, 40 between, vocabulary 72",
      "input   longest input 100 tokens (102 position rows, padding token 1)",
      "window  4, 12, 20 (both sides together), by layer",
      "values  activation gelu, epsilon 1e-05 in LayerNorms",
      "global  global projections: copies of the local ones",
      "tensors 76 with 0.0238 million parameters, F32",
      "tokens  tokenizer in tokenizer.json, vocab.json, merges.txt",
      "stored  global projections: 0 bytes for 21.6 kB",
      "made    conversion: roberta-to-longformer",
    ] {
      #expect(text.contains(line + "\n"), "\(line) in\n\(text)")
    }
    #expect(text.contains("saved   6.72 kB by tiling, 21.6 kB by equal tensors"))
    #expect(text.contains("longformer.embeddings.LayerNorm.bias "))
    #expect(text.split(separator: "\n").count { $0.contains("  F32   [") } == 76)
    let plain = try Program.run(["inspect", source]).output
    #expect(plain.contains("model   RobertaForMaskedLM (roberta, head: masked_lm)\n"))
    #expect(!plain.contains("window ") && !plain.contains("stored ") && !plain.contains("made "))
    try scratch.file(
      "x.safetensors", HandMadeModel.safetensors([.init("x", [2], [1, 2])]))
    let unknown = try Program.run(["inspect", scratch("x.safetensors")])
    #expect(unknown.exitCode == 0)
    #expect(unknown.output.contains("model   not recognised: "))
  }

  @Test("check tells what was compared, and what has no checksums")
  func check() throws {
    let scratch = try Scratch()
    let source = Repository.golden("pytorch-bin-zip") + "/source"
    let zip = try Program.run(["check", source + "/pytorch_model.bin"])
    #expect(zip.exitCode == 0 && zip.output.hasPrefix("intact: 45 tensors and 0 files in 59.8 kB"))
    #expect(try Program.run(["convert", source, "-o", scratch("a.lfz")]).exitCode == 0)
    #expect(try Program.run(["check", scratch("a.lfz"), "--quiet"]).output.isEmpty)
    let none = try Program.run(["check", Repository.golden("pad-zero") + "/source"])
    #expect(none.exitCode == 3)
    #expect(none.errors.contains("[check.no-checksums]\nhint: convert it to .lfz"))
  }
}
