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

/// Some layers of a model, counted from 0: `true` for all, `false` for none, or
/// a list of numbers.
public struct LayerSelection: Sendable, Equatable, ExpressibleByBooleanLiteral,
  ExpressibleByArrayLiteral
{
  /// Numbers of the layers; nil for all.
  private let numbers: Set<Int>?

  /// The layers of these numbers.
  public init(_ numbers: some Sequence<Int>) {
    self.numbers = Set(numbers)
  }

  public init(booleanLiteral isEverything: Bool) {
    numbers = isEverything ? nil : []
  }

  public init(arrayLiteral numbers: Int...) {
    self.init(numbers)
  }

  /// Whether no layer is chosen.
  public var isEmpty: Bool { numbers?.isEmpty ?? false }

  /// Whether a layer is chosen.
  public func contains(_ layer: Int) -> Bool { numbers?.contains(layer) ?? true }

  /// The lowest number that a model of `count` layers does not have.
  func stranger(among count: Int) -> Int? {
    numbers?.filter { $0 < 0 || $0 >= count }.min()
  }

  /// How many of `count` layers are chosen.
  func size(among count: Int) -> Int { numbers?.count ?? count }
}
