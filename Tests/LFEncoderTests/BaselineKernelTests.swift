import CKernels
import Testing

/// The forward pass on processors without AVX2: the kernels that are left then,
/// in the place of the better ones.
@Suite struct BaselineKernelTests {
  @Test("random windows, dilations, masks and lengths", arguments: 0..<20)
  func baseline(_ seed: Int) throws {
    // The choice holds for this thread; with one thread nothing runs elsewhere.
    #expect(lf_select(0) == 0)
    defer { _ = lf_select(1) }
    let sample = RandomCase(seed: 4000 + seed)
    try check(
      try TinyModel(sample.shape, seed: seed), sample.inputs, attentions: true, threads: 1,
      sample.note)
  }
}
