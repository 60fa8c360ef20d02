import LFCore
import TestSupport
import Testing

@testable import LFVerification

/// The exact bits that a case states beside its tolerances.
@Suite struct BitsTests {
  @Test("the digest is that of the reference library for the little-endian floats")
  func digest() {
    #expect(OutputBits(of: []).text == "99aa06d3014798d86001c324468d497f")
    #expect(OutputBits(of: [1, -0.0, 2.5]).text == "f5d86b6c22f1e26675a3724f18d59c44")
  }

  @Test("other bits are a warning, and a failure when exactness is asked for")
  func changed() throws {
    let broken = try BrokenCase("length-one")
    let other = String(repeating: "0", count: 32)
    try broken.editCase {
      var bits = $0["bits"] as? [String: String] ?? [:]
      bits["logits"] = other
      $0["bits"] = bits
    }
    let tolerant = Verifier().verify(broken.folder)
    #expect(tolerant.status == .pass)
    #expect(tolerant.warning == "other bits than the case states: logits")
    #expect(tolerant.text(details: false).contains("warning: other bits"))
    let report = VerificationReport(cases: [tolerant])
    #expect(report.summary == "1 passed, 0 failed, 1 with other bits than stated")
    #expect(report.githubAnnotations.hasPrefix("::warning file="))
    #expect(report.exitCode == 0)

    var verifier = Verifier()
    verifier.isExact = true
    let exact = verifier.verify(broken.folder)
    #expect(exact.status == .fail && exact.changedBits == ["logits"] && exact.warning == nil)
    #expect(exact.message.contains("logits: the values are within tolerance"))
    #expect(exact.diagnosis == nil)
    #expect(VerificationReport(cases: [exact]).exitCode == 1)
  }

  @Test("an ill-formed digest, and one of an output that is not expected")
  func refused() throws {
    for digest: Any in ["", "12", String(repeating: "G", count: 32), 7] {
      let broken = try BrokenCase("length-one")
      try broken.editCase { $0["bits"] = ["logits": digest] }
      #expect(Verifier().verify(broken.folder).error?.code == "golden.case")
    }
    let broken = try BrokenCase("length-one")
    try broken.editCase { $0["bits"] = ["logit": String(repeating: "0", count: 32)] }
    let tolerant = Verifier().verify(broken.folder)
    #expect(tolerant.status == .pass)
    #expect(tolerant.warning == "bits of outputs that the case does not expect: logit")
    var verifier = Verifier()
    verifier.isExact = true
    #expect(verifier.verify(broken.folder).error?.location.entry == "bits.logit")
  }
}
