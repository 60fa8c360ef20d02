/// The likely cause of a failure, told from the pattern of the errors.
public struct Diagnosis: Sendable, Equatable {
  public let cause: Cause
  /// One sentence for people.
  public let text: String
  /// Whether it was put to the test: bytes that differ were seen, or all
  /// outputs agree once this one thing is set right.
  public let isConfirmed: Bool

  init(_ cause: Cause, _ text: String, isConfirmed: Bool = false) {
    self.cause = cause
    self.text = text
    self.isConfirmed = isConfirmed
  }
}
