import Foundation
import TestSupport
import Testing

/// What the conversions say they have proved, on the built program.
@Suite("Proofs of conversions")
struct ConversionProofTests {
  typealias RoBERTa = HandMadeModel.RoBERTa

  private static let longformer =
    Repository.golden("longformer-masked-lm-own-global-projections") + "/source"
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func run(
    _ source: String, _ more: [String], by command: String = "roberta-to-longformer"
  ) throws -> Program.Result {
    try Program.run([command, source, "-o", scratch("out.lfz"), "--force"] + more)
  }

  private func convert(_ source: String, _ more: [String]) throws -> Program.Result {
    try run(source, ["--attention-window", "20", "--max-positions", "70"] + more)
  }

  /// The checks of a conversion by name, against their schema.
  private func checks(
    _ source: String, _ more: [String], by command: String = "roberta-to-longformer"
  ) throws -> [String: [String: Any]] {
    let result = try run(source, more + ["--json"], by: command)
    #expect(result.exitCode == 0, "\(result.errors)")
    #expect(try SchemaCheck(command: command).problems(result.json) == [])
    let list = result.json["checks"] as? [[String: Any]] ?? []
    return Dictionary(
      uniqueKeysWithValues: list.map { ($0["name"] as? String ?? "", $0) })
  }

  // MARK: Rounding

  @Test(
    "Rounded weights are not called the source's, and what rounding does is measured",
    arguments: ["bf16", "f16"])
  func rounding(type: String) throws {
    let source = try RoBERTa().write(in: scratch)
    let name = type.uppercased()
    let text = try convert(source, ["--dtype", type])
    #expect(text.exitCode == 0, "\(text.errors)")
    #expect(text.output.contains("bytes equal to the source's, rounded to \(name)\n"))
    #expect(text.output.contains("effect  rounding "))
    let commands = [("convert", []), ("roberta-to-longformer", ["--max-positions", "70"])]
    for (command, options) in commands as [(String, [String])] {
      let checks = try checks(source, options + ["--dtype", type], by: command)
      #expect((checks["weights"]?["detail"] as? String)?.hasSuffix("rounded to \(name)") == true)
      let rounding = try #require(checks["rounding"])
      #expect(rounding["status"] as? String == "measured")
      let outputs = try #require(rounding["outputs"] as? [[String: Any]])
      #expect(outputs.map { $0["name"] as? String } == ["last_hidden_state", "logits"])
      // Half of the last of 8 or 11 bits, amplified by three layers.
      let step = type == "bf16" ? 0x1p-9 : 0x1p-12
      let difference = try #require(outputs[0]["max_abs"] as? Double)
      #expect(difference > step && difference < 64 * step, "\(difference)")
      // The same without weights that are rounded: there is nothing to measure.
      let plain = try self.checks(source, options, by: command)
      #expect(plain["rounding"] == nil)
      #expect((plain["weights"]?["detail"] as? String)?.hasSuffix("the source's") == true)
    }
  }

  @Test("A wider type loses nothing, and says so")
  func widening() throws {
    let source = try RoBERTa().write(in: scratch)
    let half = scratch("half")
    #expect(
      try Program.run(["convert", source, "-o", half, "--dtype", "bf16"]).exitCode == 0)
    let checks = try checks(half, ["--dtype", "f32"], by: "convert")
    #expect(
      (checks["weights"]?["detail"] as? String)?
        .hasSuffix("equal to the source's, written as F32 without loss") == true)
    #expect(checks["rounding"] == nil)
    let same = try self.checks(half, ["--dtype", "bf16"], by: "convert")
    #expect((same["weights"]?["detail"] as? String)?.hasSuffix("equal to the source's") == true)
  }

  // MARK: Numbers of every size

  @Test(
    "Models with large and small numbers are converted",
    arguments: [
      .with { $0.norms = 300 }, .with { $0.outlier = 30 }, .with { $0.sharpness = 30 },
      .with { $0.weights = 1e4 }, .with { $0.weights = 1e-4 },
    ] as [HandMadeModel.Scales])
  func scales(scales: HandMadeModel.Scales) throws {
    let source = try RoBERTa(scales).write(in: scratch)
    let result = try convert(source, [])
    #expect(result.exitCode == 0, "\(result.errors)")
    #expect(result.output.split(separator: "\n").count { $0.hasPrefix("proved ") } == 6)
  }

  @Test("A source that overflows float32 itself is refused with that reason")
  func overflow() throws {
    let source = try RoBERTa(.with { $0.weights = 1e30 }).write(in: scratch)
    let result = try convert(source, ["--json"])
    #expect(result.exitCode == 2)
    let error = try #require(result.json["error"] as? [String: Any])
    #expect(error["code"] as? String == "forward.overflow")
    #expect(
      result.errors.contains(
        "expected numbers that float32 can hold in RoBERTa's forward pass, found a NaN or an "
          + "infinity in encoder layer 0"))
    #expect(scratch.names == ["roberta"])
    // The hint, followed.
    #expect(result.errors.contains("hint: --no-check "))
    #expect(try convert(source, ["--no-check"]).exitCode == 0)
  }

  @Test("Weights that are no numbers are carried, and what cannot be proven is said")
  func nonfinite() throws {
    let source = try RoBERTa().write(in: scratch)
    var file = try SafetensorsFile(source + "/model.safetensors")
    let tensor = try #require(file.tensors.first { $0.name.hasSuffix("1.output.dense.bias") })
    file.add(.nan, to: tensor, element: 5)
    try file.save()
    let refused = try convert(source, [])
    #expect(refused.exitCode == 2)
    for more in [[], ["--dtype", "bf16"]] as [[String]] {
      let text = try convert(source, ["--allow-nonfinite"] + more)
      #expect(text.exitCode == 0, "\(text.errors)")
      #expect(
        text.output.contains(
          "skipped all-global          \(tensor.name) has a NaN or an infinity at element 5, "
            + "which spreads to every output"))
      let checks = try checks(source, ["--allow-nonfinite"] + more)
      #expect(checks["weights"]?["status"] as? String == "passed")
      for name in ["all-global", "no-global", "first-global"] {
        #expect(checks[name]?["passed"] as? Bool == false)
        #expect(checks[name]?["status"] as? String == "skipped")
      }
      #expect(more.isEmpty || checks["rounding"]?["status"] as? String == "skipped")
    }
    // All are proven where there is no such weight, whatever is allowed.
    let whole = try RoBERTa().write(in: scratch, as: "whole")
    #expect(try checks(whole, ["--allow-nonfinite"])["no-global"]?["passed"] as? Bool == true)
  }

  // MARK: Windows

  @Test("A window that shows no two tokens to each other is not called proven")
  func narrow() throws {
    let source = try RoBERTa().write(in: scratch)
    // Tokens 2 apart do not see each other in layer 0, nor neighbours in layer 1.
    let options = ["--attention-window", "2", "--attention-dilation", "1,2,2"]
    let text = try run(source, options)
    #expect(text.output.contains("skipped no-global           window too narrow to test"))
    let checks = try checks(source, options)
    #expect(checks["no-global"]?["status"] as? String == "skipped")
    // A global first token and a local one see each other through any window.
    #expect((checks["first-global"]?["detail"] as? String)?.hasPrefix("2 tokens,") == true)
    let single = try self.checks(source, ["--attention-window", "4", "--max-positions", "1"])
    for name in ["all-global", "no-global", "first-global"] {
      #expect(single[name]?["detail"] as? String == "an input of one token tests nothing")
    }
  }

  @Test(
    "Dilated windows are tested on tokens as far apart as they look",
    arguments: [
      ("8", "2", "5 tokens,"), ("20", "3", "10 tokens,"),
      ("8", "1,2,4", "2 tokens,"), ("2", "5", "2 tokens,"), ("24", "2,3,6", "5 tokens,"),
    ])
  func dilation(window: String, dilation: String, expected: String) throws {
    let source = try RoBERTa().write(in: scratch)
    for source in [source, try HandMadeModel.bert(width: 8, positions: 40, in: scratch)] {
      let isBERT = source.hasSuffix("bert")
      if isBERT, dilation.contains(",") { continue }  // it has one layer
      let checks = try checks(
        source, ["--attention-window", window, "--attention-dilation", dilation])
      let detail = checks["no-global"]?["detail"] as? String
      #expect(detail?.hasPrefix(expected) == true, "\(detail ?? "")")
    }
  }

  @Test("What stock classes cannot do with a window is said")
  func windowNotes() throws {
    let source = try RoBERTa().write(in: scratch)
    let two = try run(source, ["--attention-window", "4,2,2"])
    #expect(two.errors.contains("cannot run an attention window below 4"))
    let wide = try run(source, ["--attention-window", "512", "--max-positions", "70"])
    #expect(
      wide.errors.contains(
        "note: the attention window of 512 is wider than the longest input, 70 tokens: Hugging "
          + "Face's Longformer classes pad every input to a multiple of the window"))
    let usual = try convert(source, [])
    #expect(usual.exitCode == 0 && !usual.errors.contains("window"), "\(usual.errors)")
  }

  @Test(
    "Options that do not fit are named, with what would",
    arguments: [
      (
        ["--attention-window", "33554432"],
        "--attention-window: expected even windows from 2 to 16777216, found 33554432"
      ),
      (
        ["--attention-window", "4,4"],
        "--attention-window: expected one window, or one for each of 3 layers, found 2"
      ),
      (
        ["--attention-dilation", "0"],
        "--attention-dilation: expected numbers from 1 to 16777216, found 0"
      ),
      (
        ["--attention-dilation", "1,2"],
        "--attention-dilation: expected one dilation, or one for each of 3 layers, found 2"
      ),
      (
        ["--max-positions", "16777217"],
        "--max-positions: expected a number from 1 to 16777216, found 16777217"
      ),
      (
        ["--reset-global-projections"],
        "--reset-global-projections: expected a Longformer, found a model of the family roberta, which has no global projections"
      ),
    ])
  func usage(options: [String], message: String) throws {
    let result = try run(try RoBERTa().write(in: scratch), options)
    #expect(result.exitCode == 64)
    #expect(result.errors.contains(message), "\(result.errors)")
    #expect(scratch.names == ["roberta"])
  }

  // MARK: Words

  @Test("Rows and tokens are those that were used, in the right number")
  func numbers() throws {
    let source = try RoBERTa().write(in: scratch)
    for (positions, rows, reads) in [
      ("10", "12 rows: 2 reserved, then the first 10 of the source's 30 rows\n", "reads 10 tokens"),
      ("30", "32 rows: 2 reserved, then the source's 30 rows\n", "reads 30 tokens"),
      ("70", "72 rows: 2 reserved, then the source's 30 rows repeated\n", "reads 70 tokens"),
      ("1", "3 rows: 2 reserved, then the first 1 of the source's 30 rows\n", "reads 1 token)"),
    ] {
      let text = try run(source, ["--attention-window", "4", "--max-positions", positions]).output
      #expect(text.contains(rows), "\(text)")
      #expect(text.contains(reads))
      #expect(!text.contains("0 × "))
    }
    let bert = try HandMadeModel.bert(width: 8, in: scratch)
    #expect(try convert(bert, []).output.contains("1 layer × 8"))
    let output = scratch("out.lfz")
    #expect(try Program.run(["check", output]).output.contains(" tensors and 1 file in "))
    #expect(try Program.run(["inspect", bert]).output.contains("1 layer × 8, 1 head, "))
    let drawn = try Program.run(["draw", output, "-o", scratch("a.svg")])
    #expect(drawn.output.contains("(1 layer, "))
    let timed = try Program.run(
      ["bench", output, "--length", "1", "--repeats", "1", "--threads", "1"])
    #expect(timed.output.contains("1 token, 1 global, 1 thread\n"), "\(timed.output)")
  }

  // MARK: Global projections

  @Test("Global projections that training left behind become the local ones again")
  func reset() throws {
    let output = scratch("reset")
    let options = ["-o", output, "--reset-global-projections"]
    let result = try Program.run(["roberta-to-longformer", Self.longformer] + options)
    #expect(result.exitCode == 0, "\(result.errors)")
    #expect(result.output.contains("proved  global-projections  "))
    #expect(result.output.contains("largest difference to the source's local projections"))
    let before = try SafetensorsFile(Self.longformer + "/model.safetensors")
    let after = try SafetensorsFile(output + "/model.safetensors")
    #expect(before.tensors.map(\.name) == after.tensors.map(\.name))
    var changed = 0
    for tensor in before.tensors {
      let original = tensor.name.replacing("_global.", with: ".")
      #expect(after[tensor.name] == before[original], "\(tensor.name)")
      if after[tensor.name] != before[tensor.name] { changed += 1 }
    }
    #expect(changed > 0)
    let checks = try checks(Self.longformer, ["--reset-global-projections"])
    #expect(
      Set(checks.keys) == [
        "weights", "positions", "global-projections", "all-global", "no-global", "first-global",
      ])
    #expect(checks.values.allSatisfy { $0["status"] as? String == "passed" })
    // Without the option they are kept.
    let kept = try self.checks(Self.longformer, [])
    #expect(kept["global-projections"] == nil)
    // A container says how it was made, and serves as a source.
    let again = try Program.run(
      ["roberta-to-longformer", scratch("out.lfz"), "-o", scratch("again.lfz")]
        + ["--reset-global-projections", "--dtype", "bf16"])
    #expect(again.exitCode == 0, "\(again.errors)")
    #expect(again.output.contains("effect  rounding "))
    let text = try Program.run(["inspect", scratch("again.lfz"), "--json"]).output
    #expect(text.contains("reset_global_projections"))
  }
}
