/// Which row of the position table the first token of an input looks up.
public enum PositionScheme: String, Sendable, CaseIterable {
  /// The row behind the padding token's; rows 0…pad are reserved (RoBERTa and
  /// its kin). Padding tokens look up row pad and are not counted.
  case afterPadding = "after_padding"
  /// Row 0, and every token is counted, padding included (BERT).
  case fromZero = "from_zero"
}
