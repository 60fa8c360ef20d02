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

  private func line(_ sink: Sink, isShown: Bool = true) -> ProgressLine {
    ProgressLine(isShown: isShown) { text in sink.text.withLock { $0 += text } }
  }

  @Test("A line is redrawn in place when a percent has passed, and removed at the end")
  func progress() {
    let sink = Sink()
    let line = line(sink)
    for fraction in [0, 0.001, 0.009, 0.014, 0.5, 0.5] { line.show("writing", fraction) }
    line.show("checking", 0.5)
    #expect(
      sink.drawn == "\r\u{1B}[Kwriting 0 %\r\u{1B}[Kwriting 1 %\r\u{1B}[Kwriting 50 %"
        + "\r\u{1B}[Kchecking 50 %")
    line.clear()
    line.clear()  // there is nothing left to remove
    #expect(sink.drawn.hasSuffix("checking 50 %\r\u{1B}[K"))
    line.show("again", 2)
    #expect(sink.drawn.hasSuffix("\u{1B}[Kagain 100 %"))
    line.show("again", -1)
    #expect(sink.drawn.hasSuffix("\u{1B}[Kagain 0 %"))
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
      .merging(environment) { $1 }
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
      let command = "convert '\(source)' --force -o "
      let shown = try terminal(command + "'\(scratch("a.lfz"))'")
      #expect(shown.contains("\r\u{1B}[Kwriting "))
      #expect(shown.contains("\r\u{1B}[Kchecking "))
      #expect(shown.contains("%\r\u{1B}[Ksource "), "\(shown.debugDescription)")
      #expect(shown.contains("\u{1B}[32mproved \u{1B}[0m"))
      let quiet = try terminal(command + "'\(scratch("b.lfz"))' --quiet")
      #expect(!quiet.contains("\u{1B}"))
      let plain = try terminal(command + "'\(scratch("c.lfz"))' --no-color")
      #expect(plain.contains("writing ") && !plain.contains("\u{1B}[32m"))
      let variable = try terminal(
        command + "'\(scratch("d.lfz"))'", environment: ["NO_COLOR": "1"])
      #expect(!variable.contains("\u{1B}[32m"))
      let verdict = try terminal("verify '\(Repository.golden("pad-zero"))'")
      #expect(verdict.contains("\u{1B}[32mpass \u{1B}[0m"))
    }
  #endif

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
