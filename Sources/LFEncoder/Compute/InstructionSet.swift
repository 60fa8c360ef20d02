import CKernels
public import LFCore
import Synchronization

/// The instruction set that the kernels use. Results do not depend on it.
public enum InstructionSet {
  /// Name of the environment variable that limits it.
  public static let variable = "LFCONV_CPU"

  /// "avx512", "avx2", "neon" or "baseline".
  public static var name: String { unsafe String(cString: lf_cpu_name()) }

  /// Refuses a value of the environment variable that cannot be obeyed; the
  /// kernels would pass over it.
  ///
  /// - Throws: `usage.cpu`.
  public static func check(_ request: String?) throws(LFError) {
    guard let request else { return }
    switch unsafe lf_cpu_request_valid(request) {
    case 1: return
    case -1:
      throw LFError(
        .usage, "usage.cpu", "\(variable): this processor has no \(printable(request, limit: 40))",
        hint: "\"baseline\" runs everywhere, and gives the same bits")
    default:
      throw LFError(
        .usage, "usage.cpu",
        "\(variable): expected baseline, avx2, avx512 or neon, found "
          + "\"\(printable(request, limit: 40))\"")
    }
  }

  /// GFLOP/s of several threads at a time in the kernels' own product on data in
  /// the cache: the peak that a forward pass can be measured against.
  package static func peakGFLOPS(threads: Int) -> Double {
    let rates = Mutex(0.0)
    ParallelTasks(threads: threads).run(threads) { _, _ in
      let rate = lf_peak_gflops(0.1)
      rates.withLock { $0 += rate }
    }
    return rates.withLock { $0 }
  }
}
