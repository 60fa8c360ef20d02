/// Activation function of the feed-forward part (`hidden_act`), by what it
/// computes; raw values are the names that Hugging Face's library prefers.
public enum Activation: String, Sendable, CaseIterable {
  /// x·Φ(x) with the exact error function.
  case gelu
  /// The tanh approximation of GELU.
  case geluTanh = "gelu_new"
  /// GELU, but never more than 10.
  case gelu10 = "gelu_10"
  /// max(x, 0).
  case relu
  /// x·σ(x), also called swish.
  case silu
  /// x·σ(1.702·x).
  case quickGELU = "quick_gelu"
  /// x·tanh(log(1 + eˣ)).
  case mish
  case tanh
  /// x itself.
  case linear

  /// Other names in Hugging Face's table of activations. They differ in how
  /// they are programmed, not in what they compute.
  private static let aliases: [String: Activation] = [
    "gelu_python": .gelu,
    "gelu_fast": .geluTanh, "gelu_accurate": .geluTanh, "gelu_pytorch_tanh": .geluTanh,
    "gelu_python_tanh": .geluTanh,
    "swish": .silu,
  ]

  /// Every name that is understood, in order.
  public static var names: [String] { (allCases.map(\.rawValue) + aliases.keys).sorted() }

  /// The function of a name in Hugging Face's table; nil when it is none of
  /// those that are computed here.
  public init?(name: String) {
    guard let found = Activation(rawValue: name) ?? Self.aliases[name] else { return nil }
    self = found
  }
}
