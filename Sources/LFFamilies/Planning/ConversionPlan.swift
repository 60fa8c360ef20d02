public import LFCore

/// What a conversion writes: a configuration, and tensors put together from the
/// source's. It opens no file and copies no weight.
public struct ConversionPlan: Sendable {
  /// The result's configuration as the forward pass understands it.
  public let configuration: ModelConfiguration
  /// The result's `config.json`.
  public let json: JSONObject
  /// The result's tensors under the names of Hugging Face's classes.
  public let tensors: [ComposedTensor]
  /// How positions were extended, if they were.
  public let tiling: PositionTiling?
  /// The result's global projections that are copies, and what they copy.
  public let copies: [(copy: TensorName, original: TensorName)]
  /// What was left out or changed, for the user.
  public let notes: [String]
}
