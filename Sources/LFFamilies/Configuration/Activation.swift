/// Activation function of the feed-forward part (`hidden_act`).
public enum Activation: String, Sendable, CaseIterable {
  /// x·Φ(x) with the exact error function.
  case gelu
  /// The tanh approximation of GELU, under its two names.
  case geluNew = "gelu_new"
  case geluTanh = "gelu_pytorch_tanh"
  case relu
}
