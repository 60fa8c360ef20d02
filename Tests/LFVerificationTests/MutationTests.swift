import Foundation
import LFVerification
import TestSupport
import Testing

@Suite("Perturbation")
struct PerturbationTests {
  private func perturbed(_ folder: String) -> CaseResult {
    var verifier = Verifier()
    verifier.perturbs = true
    return verifier.verify(folder)
  }

  @Test("Every golden case has teeth", arguments: Repository.goldenNames)
  func teeth(name: String) throws {
    let result = perturbed(Repository.golden(name))
    let teeth = try #require(result.teeth)
    #expect(teeth.missed == [], "\(teeth.missed)")
    #expect(teeth.broken == result.outputs.count + 3)
    #expect(result.status == .pass)
  }

  @Test("A case whose tolerance admits anything is found out")
  func toothless() throws {
    let broken = try BrokenCase("length-equal-to-window")
    try broken.editCase { $0["tolerance"] = ["atol": 100, "rtol": 0] }
    #expect(Verifier().verify(broken.folder).status == .pass)
    let result = perturbed(broken.folder)
    #expect(result.status == .fail)
    #expect(result.teeth?.missed.count == result.teeth?.broken)
    #expect(result.message.contains("no teeth"))
    let program = try Program.run(["verify", broken.folder, "--perturb"])
    #expect(program.exitCode == 1)
    #expect(program.output.contains("OFF perturbed: logits with one expected value changed"))
  }

  @Test("A case of a few outputs, ignoring padding, has teeth as well")
  func padding() throws {
    let broken = try BrokenCase("padding-right-left-middle")
    try broken.editCase { $0["ignore_padding"] = true }
    let result = perturbed(broken.folder)
    #expect(result.teeth?.missed == [])
    #expect(result.status == .pass)
  }
}
