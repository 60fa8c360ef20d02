public import TensorCore

/// What a caller can say about a checkpoint beside its path.
public struct OpenOptions: Sendable {
  /// Which state dictionary of a file with several (`--key`).
  public var key: String?
  /// A configuration for a bare weights file (`--config`).
  public var configurationPath: String?
  public var limits: Limits

  /// Options; all may be left out.
  public init(
    key: String? = nil, configurationPath: String? = nil, limits: Limits = .standard
  ) {
    self.key = key
    self.configurationPath = configurationPath
    self.limits = limits
  }
}
