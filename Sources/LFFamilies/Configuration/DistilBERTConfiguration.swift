import LFCore

/// DistilBERT's own names for the fields of a BERT's configuration.
enum DistilBERTConfiguration {
  static let dialect = ConfigurationDialect(
    table: { (_) throws(LFError) in nil },
    translated: { (source, table, _) throws(LFError) in
      guard table.dialect == .distilBERT, let json = source.configuration else { return nil }
      return huggingFace(json)
    })

  /// Its name for a field, and the name that other models have for it.
  private static let fields = [
    ("dim", "hidden_size"), ("n_layers", "num_hidden_layers"), ("n_heads", "num_attention_heads"),
    ("hidden_dim", "intermediate_size"), ("activation", "hidden_act"),
    ("dropout", "hidden_dropout_prob"), ("attention_dropout", "attention_probs_dropout_prob"),
  ]

  /// The configuration with the usual names; what it leaves out is left to the
  /// family's defaults.
  private static func huggingFace(_ json: JSONObject) -> JSONObject {
    var result = json
    for (own, usual) in fields {
      // Its class reads its own name alone, and the usual one as another name for it.
      if let value = json[own], value != .null { result[usual] = value }
      result[own] = nil
    }
    // Its layers fix these, whatever a configuration says.
    result["layer_norm_eps"] = .number(JSONNumber(1e-12))
    result["type_vocab_size"] = 1
    result["sinusoidal_pos_embds"] = nil
    result["tie_weights_"] = nil
    return result
  }
}
