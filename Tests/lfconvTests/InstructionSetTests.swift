import Foundation
import LFEncoder
import TestSupport
import Testing

/// The built program on a processor that can do less.
@Suite("Instruction sets")
struct InstructionSetTests {
  private static let cases = [
    "wide-enough-for-the-matrix-library", "length-131-windows-4-12-20",
    "padding-right-left-middle", "dilation-per-head", "autoregressive", "globals-none-one-many-all",
    "attention-probabilities", "roberta-full-attention-row-fully-padded",
    "roberta-masked-lm-three-windows", "bert-masked-lm-after-conversion",
  ]

  /// What this processor has.
  private static let sets = ["baseline", "avx2", "avx512", "neon"].filter { (name: String) in
    (try? InstructionSet.check(name)) != nil
  }

  @Test("The same numbers with every instruction set, with one thread and with two")
  func same() throws {
    var reports: Set<String> = []
    for set in Self.sets {
      for threads in ["1", "2"] {
        let result = try Program.run(
          ["verify", "--json", "--threads", threads] + Self.cases.map(Repository.golden),
          environment: [InstructionSet.variable: set])
        #expect(result.exitCode == 0, "\(set): \(result.errors)")
        reports.insert(result.output)
      }
    }
    // Every error of every output to the last digit.
    #expect(reports.count == 1)
    #expect(Self.sets.count >= 1 && Self.sets[0] == "baseline")
  }

  @Test(
    "An instruction set that is not there, or none at all, is refused",
    arguments: ["avx512", "neon", "x"].filter { !sets.contains($0) })
  func refused(name: String) throws {
    let result = try Program.run(
      ["verify", "--json", Repository.golden("pad-zero")],
      environment: [InstructionSet.variable: name])
    #expect(result.exitCode == 64)
    #expect((result.json["error"] as? [String: Any])?["code"] as? String == "usage.cpu")
  }
}
