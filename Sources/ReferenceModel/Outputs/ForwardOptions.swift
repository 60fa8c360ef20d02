/// What a forward pass returns.
public struct ForwardOptions: Sendable, Equatable {
  /// Whether "hidden_states.0" … "hidden_states.L" are returned; each holds
  /// B·S·H numbers.
  public var hiddenStates: Bool
  /// Whether the pooler and the head run. The logits of a masked-LM head hold
  /// B·S·V numbers: 0.8 GB for 4096 tokens.
  public var head: Bool

  /// Everything but the hidden states, unless told otherwise.
  public init(hiddenStates: Bool = false, head: Bool = true) {
    self.hiddenStates = hiddenStates
    self.head = head
  }
}
