public import LFCore

/// What a conversion to Longformer is asked for.
public struct LongformerOptions: Sendable, Equatable {
  /// Full attention windows: one for all layers, or one a layer. None asks for
  /// a Longformer's own, and for the default of any other source.
  public var attentionWindow: [Int]
  /// Longest input of the result, in tokens; nil asks for a Longformer's own,
  /// and for the default of any other source.
  public var maxPositions: Int?
  /// Dilations: a number, a list by layer, or lists by layer and head; nil
  /// keeps a Longformer's own.
  public var attentionDilation: JSONValue?
  /// Whether a Longformer's local projections are copied over its global ones
  /// again. Masked-LM training uses no global token and leaves them behind; the
  /// paper's authors copy them after it, before training on a task.
  public var resetsGlobalProjections: Bool

  /// The defaults are those of the published Longformer models.
  public init(
    attentionWindow: [Int] = [512], maxPositions: Int? = 4096,
    attentionDilation: JSONValue? = nil, resetsGlobalProjections: Bool = false
  ) {
    self.attentionWindow = attentionWindow
    self.maxPositions = maxPositions
    self.attentionDilation = attentionDilation
    self.resetsGlobalProjections = resetsGlobalProjections
  }

  /// Positions that a table is ever made for: 16 million rows of a base model
  /// already take 50 GB.
  public static let maxPositionsLimit = 1 << 24

  /// The windows for a source, one or one a layer.
  public func attentionWindows(for source: ModelConfiguration) -> [Int] {
    if !attentionWindow.isEmpty { return attentionWindow }
    let own = source.attentionWindows
    return own.isEmpty ? LongformerOptions().attentionWindow : own
  }

  /// The longest input for a source.
  public func maxPositions(for source: ModelConfiguration) -> Int {
    if let maxPositions { return maxPositions }
    return source.isLongformer ? source.longestInput : LongformerOptions().maxPositions ?? 4096
  }
}
