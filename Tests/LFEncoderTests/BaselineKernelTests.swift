import CKernels
import Testing

/// The forward pass with the portable kernels, in the place of the better ones.
@Suite struct BaselineKernelTests {
  @Test("random windows, dilations, masks and lengths", arguments: 0..<20)
  func baseline(_ seed: Int) throws {
    // The choice holds for this thread; with one thread nothing runs elsewhere.
    #expect(unsafe lf_select("baseline") == 1)
    defer { _ = unsafe lf_select(nil) }
    let sample = RandomCase(seed: 4000 + seed)
    try check(
      try TinyModel(sample.shape, seed: seed), sample.inputs, attentions: true, threads: 1,
      sample.note)
  }
}
