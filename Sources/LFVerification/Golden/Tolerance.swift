/// How far a value may lie from the expected one: |x − e| ≤ atol + rtol·|e|.
public struct Tolerance: Sendable, Equatable {
  /// atol.
  public let absolute: Double
  /// rtol, times the expected value.
  public let relative: Double

  /// What holds for a case that states none: PyTorch's own float32 is within a
  /// tenth of it.
  static let standard = Tolerance(absolute: 2e-5, relative: 2e-5)

  /// Whether a value is close enough; a NaN never is.
  func admits(_ value: Double, expected: Double) -> Bool {
    abs(value - expected) <= absolute + relative * abs(expected)
  }

  /// How much of the tolerance an error uses up; beyond 1 it is too large.
  func share(of error: Double, expected: Double) -> Double {
    guard error > 0 else { return 0 }
    return error / (absolute + relative * abs(expected))
  }
}
