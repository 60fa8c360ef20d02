/// What became of the broken copies of a case, all of which had to fail.
public struct Teeth: Sendable, Equatable {
  /// How many ways the case was broken in.
  public let broken: Int
  /// Breaks that went unnoticed.
  public let missed: [String]
}
