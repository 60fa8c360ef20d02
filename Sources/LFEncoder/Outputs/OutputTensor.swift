/// One output of a forward pass, by the name Hugging Face gives it.
public struct OutputTensor: Sendable, Equatable {
  /// "hidden_states.0" …, "attentions.0" …, "last_hidden_state", "pooler_output", "logits",
  /// "start_logits", "end_logits".
  public let name: String
  /// Dimensions, outermost first.
  public let shape: [Int]
  /// Values, row by row.
  public let values: [Float]

  /// An output.
  public init(name: String, shape: [Int], values: [Float]) {
    self.name = name
    self.shape = shape
    self.values = values
  }
}
