import Foundation
import TestSupport
import Testing

/// The built program on a processor that can do less, as far as oneDNN's own
/// variable takes it.
@Suite("Instruction sets")
struct InstructionSetTests {
  /// The first is the one whose products are oneDNN's, not our own kernel's.
  private static let cases = [
    "wide-enough-for-the-matrix-library", "length-131-windows-4-12-20",
    "padding-right-left-middle", "dilation-per-head", "autoregressive", "globals-none-one-many-all",
    "attention-probabilities",
    "roberta-full-attention-row-fully-padded", "roberta-masked-lm-three-windows",
  ]

  #if os(Linux) && arch(x86_64)
    @Test(
      "Golden cases verify whatever oneDNN may use, with one thread and with two",
      arguments: ["SSE41", "AVX", "AVX2"], [1, 2])
    func limited(level: String, threads: Int) throws {
      let result = try Program.run(
        ["verify", "--quiet", "--threads", "\(threads)"] + Self.cases.map(Repository.golden),
        environment: ["DNNL_MAX_CPU_ISA": level])
      #expect(result.exitCode == 0, "\(result.output)\(result.errors)")
    }

    /// Whether this machine can do what the two levels differ in.
    private static let hasAVX2 =
      (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))?.contains(" avx2 ") ?? false

    @Test(
      "The variable is heard: sums come out otherwise in their last bits", .enabled(if: hasAVX2))
    func isHeard() throws {
      let reports = try ["SSE41", "AVX2"].map { level in
        try Program.run(
          ["verify", "--json", Repository.golden(Self.cases[0])],
          environment: ["DNNL_MAX_CPU_ISA": level]
        ).output
      }
      #expect(reports[0] != reports[1])
    }
  #endif
}
