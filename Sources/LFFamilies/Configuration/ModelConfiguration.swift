public import LFCore

/// A model's configuration, checked once, in the terms of the forward pass.
public struct ModelConfiguration: Sendable {
  /// Name of the family table, as in "roberta" or "longformer".
  public let family: String
  /// What comes after the encoder.
  public let head: ModelHead
  /// Rows of the word embeddings.
  public let vocabularySize: Int
  /// Width of the hidden states.
  public let hiddenSize: Int
  /// Encoder layers (`num_hidden_layers`).
  public let layerCount: Int
  /// Attention heads of a layer (`num_attention_heads`).
  public let headCount: Int
  /// Width of the feed-forward part.
  public let intermediateSize: Int
  /// Rows of the position embeddings (`max_position_embeddings`).
  public let positionCount: Int
  /// Rows of the token type embeddings.
  public let tokenTypeCount: Int
  /// The padding token.
  public let paddingID: Int
  /// Which row of the position table the first token looks up.
  public let positions: PositionScheme
  /// The separator token, which default global masks look for.
  public let separatorID: Int
  /// Added to the variance in every LayerNorm (`layer_norm_eps`).
  public let layerNormEpsilon: Double
  /// Between the two layers of the feed-forward part (`hidden_act`).
  public let activation: Activation
  /// The pattern of every layer.
  public private(set) var attention: [AttentionPattern]
  /// Where the projections of global tokens come from.
  public private(set) var globalProjections: GlobalProjections
  /// Outputs of a classification head.
  public let labelCount: Int
  /// Whether the masked-LM decoder is the word embeddings.
  public let tiesDecoder: Bool
  /// The whole configuration as it was read, every field included.
  public let json: JSONObject

  /// Width of one attention head.
  public var headSize: Int { hiddenSize / headCount }
  /// Row of the position table that the first token looks up.
  public var firstPosition: Int {
    switch positions {
    case .afterPadding: paddingID + 1
    case .fromZero: 0
    }
  }
  /// Longest input the position table admits: its rows from the first one on.
  public var longestInput: Int { positionCount - firstPosition }

  /// Full widths of the attention windows, one a layer; empty where attention
  /// is not by windows.
  public var attentionWindows: [Int] { attention.compactMap { $0.rule.windowWidth } }

  /// Whether any layer can have global tokens.
  public var hasGlobalTokens: Bool {
    attention.indices.contains { hasGlobalTokens(layer: $0) }
  }

  /// Whether a layer can have global tokens.
  public func hasGlobalTokens(layer: Int) -> Bool {
    globalProjections != .none && attention[layer].rule.hasGlobalTokens
  }

  /// The same model with the attention that a name says, all else unchanged.
  ///
  /// - Throws: `attention.pattern` when the pattern does not fit the model's
  ///   layers or heads.
  public func attending(_ name: AttentionName) throws(LFError) -> ModelConfiguration {
    var copy = self
    copy.attention = try name.patterns(
      layers: layerCount, heads: headCount,
      isCausal: json["autoregressive"]?.boolValue ?? false)
    copy.globalProjections =
      name.globals == nil ? .none : hasGlobalTokens ? globalProjections : .copies
    return copy
  }

  /// Whether the model is a Longformer already.
  public var isLongformer: Bool { family == FamilyTable.longformer }

  /// Most heads of all layers together: what is told of each must not become more
  /// than files are.
  private static let mostHeads = 1 << 18

  /// Checks a configuration in Hugging Face's form.
  ///
  /// - Parameters:
  ///   - json: the fields; those that are missing take the family's defaults.
  ///   - table: the family, which says how attention is described.
  ///   - head: as found in the tensors.
  ///   - origin: the file, for messages.
  ///   - vocabulary: what stands in for fields that are missing, before the
  ///     family's defaults do.
  /// - Throws: `config.*`, naming the field, what it must be and what it is.
  public init(
    json: JSONObject, table: FamilyTable, head: ModelHead, origin: String?,
    vocabulary: SpecialTokenIDs = SpecialTokenIDs()
  ) throws(LFError) {
    let fields = ConfigurationFields(json: json, defaults: table.defaults, origin: origin)
    family = table.family
    self.head = head
    self.json = json
    positions = table.positions
    vocabularySize = try fields.count("vocab_size", 1...(1 << 28))
    hiddenSize = try fields.count("hidden_size", 1...(1 << 20))
    layerCount = try fields.count("num_hidden_layers", 1...4096)
    headCount = try fields.count("num_attention_heads", 1...(1 << 16))
    intermediateSize = try fields.count("intermediate_size", 1...(1 << 22))
    positionCount = try fields.count("max_position_embeddings", 1...(1 << 25))
    tokenTypeCount = try fields.count("type_vocab_size", 1...(1 << 16))
    // A token that the configuration states goes before the vocabulary's, and
    // that before the family's default.
    let padding = table.positions == .fromZero ? vocabulary.padding : nil
    if let own = try fields.token("pad_token_id", vocabulary: padding, rows: vocabularySize) {
      paddingID = own
    } else {
      paddingID = try fields.count("pad_token_id", 0...(1 << 28))
    }
    // BERT's separator is the vocabulary's, whatever token ends a text.
    let asksVocabulary = positions == .fromZero || (json["eos_token_id"] ?? .null) == .null
    let separator = asksVocabulary ? vocabulary.separator : nil
    separatorID =
      try fields.token("sep_token_id", vocabulary: separator, rows: vocabularySize)
      ?? fields.value("sep_token_id")?.intValue ?? fields.value("eos_token_id")?.intValue ?? 2
    layerNormEpsilon = try fields.epsilon("layer_norm_eps")
    labelCount = try fields.labelCount()
    tiesDecoder = fields.value("tie_word_embeddings")?.boolValue ?? true
    guard hiddenSize.isMultiple(of: headCount) else {
      throw fields.error(
        "num_attention_heads", expected: "a divisor of hidden_size \(hiddenSize)",
        found: "\(headCount)")
    }
    guard layerCount * headCount <= Self.mostHeads else {
      throw fields.error(
        "num_attention_heads", expected: "at most \(Self.mostHeads) heads in all layers together",
        found: "\(layerCount.counted("layer")) of \(headCount)")
    }
    guard positions == .fromZero || positionCount > paddingID + 1 else {
      throw fields.error(
        "max_position_embeddings", expected: "more than pad_token_id + 1 = \(paddingID + 1)",
        found: "\(positionCount)")
    }
    activation = try fields.activation("hidden_act")
    try fields.refuseOtherArchitectures()
    for requirement in table.requirements { try requirement.check(fields) }
    attention = try table.attention.read(
      AttentionFields(fields: fields, layers: layerCount, heads: headCount))
    globalProjections = .own
  }
}

extension ModelConfiguration {
  /// The same model with other attention patterns, one a layer: what it would
  /// compute if it saw something else.
  package func attending(_ patterns: [AttentionPattern]) -> ModelConfiguration {
    precondition(patterns.count == layerCount)
    var copy = self
    copy.attention = patterns
    return copy
  }
}

/// Where the projections of global tokens come from.
public enum GlobalProjections: Sendable, Equatable {
  /// Tensors of their own (`query_global` and so on).
  case own
  /// Copies of the local projections, as a conversion makes them: the model has
  /// no others.
  case copies
  /// No token is global.
  case none
}
