public import LFCore

/// What one attention pattern does to a model, beside full attention.
public struct PatternResult: Sendable {
  /// How far hidden states are from those of full attention, in one layer.
  public struct Distance: Sendable, Equatable {
    /// √(Σ(x−f)²/Σf²) over all unpadded tokens.
    public let relativeRMSE: Double
    /// The smallest cosine of a token; of zero states 1 when both are.
    public let smallestCosine: Double
  }

  /// The last layer's distance of tokens at some positions.
  public struct Positions: Sendable, Equatable {
    /// From the first position to the one behind the last.
    public let range: Range<Int>
    /// As in `Distance`.
    public let relativeRMSE: Double
  }

  /// The masked-LM head on the scored tokens.
  public struct LanguageModel: Sendable, Equatable {
    /// Mean of −ln p(label).
    public let natsPerToken: Double
    /// Part of the tokens whose most probable token is full attention's.
    public let top1Agreement: Double
    /// Mean of Σ p·ln(p/q), where p is full attention's.
    public let meanKL: Double
    /// The loss by position.
    public let byPosition: [ModelEvaluation.Positions]
  }

  /// The pattern's name.
  public let pattern: String
  /// Keys of a query, mean over all queries, heads and layers; global ones included.
  public let keysPerQuery: Double
  /// Floating-point operations of all inputs.
  public let flops: Double
  /// Seconds of the encoder's forward pass over all inputs.
  public let seconds: Double
  /// Most memory of the process meanwhile; nil where the system does not tell.
  public let peakBytes: Int?
  /// From the embeddings, 0, to the last layer.
  public let hiddenStates: [Distance]
  /// By position, in the last layer.
  public let byPosition: [Positions]
  /// By layer and head: the probability that full attention gives to keys which
  /// the pattern does not see; nil where the table would be too large.
  public let droppedAttention: [[Double]]?
  /// Nil without a masked-LM head.
  public let languageModel: LanguageModel?

  /// The object in `--json`.
  public var json: JSONValue {
    .object(
      JSONObject([
        ("pattern", .string(pattern)), ("keys_per_query", JSONValue(keysPerQuery)),
        ("flops", JSONValue(flops)), ("seconds", JSONValue(seconds)),
        ("peak_rss_bytes", peakBytes.map { JSONValue($0) } ?? .null),
        (
          "hidden_states",
          .array(
            hiddenStates.enumerated().map { layer, distance in
              .object(
                JSONObject([
                  ("layer", JSONValue(layer)),
                  ("relative_rmse", JSONValue(distance.relativeRMSE)),
                  ("min_cosine", JSONValue(distance.smallestCosine)),
                ]))
            })
        ),
        (
          "by_position",
          .array(
            byPosition.map {
              .object(
                JSONObject([
                  ("from", JSONValue($0.range.lowerBound)), ("to", JSONValue($0.range.upperBound)),
                  ("relative_rmse", JSONValue($0.relativeRMSE)),
                ]))
            })
        ),
        (
          "dropped_attention",
          droppedAttention.map { layers in
            .array(layers.map { .array($0.map { JSONValue($0) }) })
          } ?? .null
        ),
        ("nats_per_token", languageModel.map { JSONValue($0.natsPerToken) } ?? .null),
        ("top1_agreement", languageModel.map { JSONValue($0.top1Agreement) } ?? .null),
        ("mean_kl", languageModel.map { JSONValue($0.meanKL) } ?? .null),
        ("loss_by_position", .array((languageModel?.byPosition ?? []).map(\.json))),
      ]))
  }
}
