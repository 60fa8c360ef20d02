public import TensorCore

/// What a conversion to Longformer is asked for.
public struct LongformerOptions: Sendable, Equatable {
  /// Full attention windows: one for all layers, or one a layer.
  public var attentionWindow: [Int]
  /// Longest input of the result, in tokens.
  public var maxPositions: Int
  /// Dilations: a number, a list by layer, or lists by layer and head.
  public var attentionDilation: JSONValue?

  /// The defaults are those of the published Longformer models.
  public init(
    attentionWindow: [Int] = [512], maxPositions: Int = 4096, attentionDilation: JSONValue? = nil
  ) {
    self.attentionWindow = attentionWindow
    self.maxPositions = maxPositions
    self.attentionDilation = attentionDilation
  }

  /// Positions that a table is ever made for: 16 million rows of a base model
  /// already take 50 GB.
  public static let maxPositionsLimit = 1 << 24
}
