/// What a forward pass returns.
public struct ForwardOptions: Sendable, Equatable {
  /// Whether "hidden_states.0" … "hidden_states.L" are returned; each holds
  /// B·S·H numbers.
  public var hiddenStates: Bool
  /// Layers whose attention probabilities are returned, as "attentions.0" …
  /// "attentions.L−1"; each holds B·heads·S·S numbers, of which most are zero
  /// in a Longformer. `true` means every layer.
  public var attentionProbabilities: LayerSelection
  /// Whether the pooler and the head run. The logits of a masked-LM head hold
  /// B·S·V numbers: 0.8 GB for 4096 tokens.
  public var head: Bool

  /// Everything but hidden states and attention probabilities, unless told
  /// otherwise.
  public init(
    hiddenStates: Bool = false, attentionProbabilities: LayerSelection = false, head: Bool = true
  ) {
    self.hiddenStates = hiddenStates
    self.attentionProbabilities = attentionProbabilities
    self.head = head
  }
}
