import LFCore

/// A fairseq checkpoint's `args` (or new `cfg`) turned into the fields of a
/// Hugging Face configuration.
struct FairseqConfiguration {
  let fields: JSONObject
  let origin: String?
  /// Rows of the word embeddings, as found.
  let wordRows: Int?
  /// Rows of the position embeddings, as found.
  let positionRows: Int?
  /// Layers, as found.
  let layers: Int
  /// Whether a LayerNorm stands behind the last layer, as where layers
  /// normalise before attention.
  let hasFinalNorm: Bool
  let hasMaskedLMHead: Bool
  /// Outputs of a classification head, where there is one.
  let labels: Int?

  static let dialect = ConfigurationDialect(
    table: { (source) throws(LFError) in
      // No other program's models have these names.
      try FamilyTable.all().first {
        $0.dialect == .fairseq && !source.names.backbones($0).isEmpty
      }
    },
    translated: { (source, table, prefix) throws(LFError) in
      // A configuration that the user gives may be Hugging Face's.
      guard table.dialect == .fairseq, source.configuration?["model_type"] == nil else {
        return nil
      }
      return try FairseqConfiguration(source, table, prefix).huggingFace()
    })

  private init(
    _ source: ConfigurationDialect.Source, _ table: FamilyTable, _ prefix: NamePrefix
  ) throws(LFError) {
    guard let configuration = source.configuration else {
      throw .refused(
        "model.no-configuration", expected: "the checkpoint's own args or cfg", found: "neither",
        hint: "give the model's configuration with --config")
    }
    func dimensions(_ canonical: TensorName, _ head: ModelHead) -> [Int]? {
      let row = table.rows(head: head, layers: 0).first { $0.canonical == canonical }
      return row.flatMap { source.names.find($0, prefix, table) }.map {
        source.names.tensors[$0].shape.dimensions
      }
    }
    fields = configuration
    origin = source.origin
    wordRows = dimensions(TensorName.wordEmbeddings, .maskedLanguageModel)?.first
    positionRows = dimensions(TensorName.positionEmbeddings, .bare)?.first
    layers = source.names.layerCount(prefix, table)
    hasFinalNorm = source.names.tensors.contains {
      $0.name == TensorName(prefix.backbone + Self.finalNorm)
    }
    hasMaskedLMHead = dimensions("lm_head.dense.weight", .maskedLanguageModel) != nil
    labels = dimensions("classifier.out_proj.weight", .sequenceClassification)?.first
  }

  private static let finalNorm = "sentence_encoder.layer_norm.weight"

  /// fairseq's dictionary always begins `<s>`, `<pad>`, `</s>`, `<unk>`.
  private static let paddingID = 1

  /// The configuration with every field spelled out.
  ///
  /// - Throws: `config.value` for a missing or contradictory field.
  private func huggingFace() throws(LFError) -> JSONObject {
    let reader = ConfigurationFields(json: fields, defaults: JSONObject(), origin: origin)
    let vocabulary = wordRows ?? 0
    try refuseOtherEncoders(reader)
    // What old files leave out, the tensors tell.
    let reserved = Self.paddingID + 1
    let positions =
      try reader.optionalCount("max_positions", 1...(1 << 28)) ?? (positionRows ?? 514) - reserved
    let rows = positionRows ?? positions + reserved
    let layerCount = try reader.optionalCount("encoder_layers", 1...4096) ?? layers
    guard rows == positions + reserved else {
      throw reader.error(
        "max_positions",
        expected: "\(rows - reserved), for a table of \(rows) position embeddings",
        found: "\(positions)")
    }
    let head: ModelHead =
      labels != nil ? .sequenceClassification : hasMaskedLMHead ? .maskedLanguageModel : .bare
    var result = JSONObject([
      ("architectures", [.string("Roberta" + head.architectureSuffix)]),
      ("model_type", "roberta"),
      ("vocab_size", JSONValue(vocabulary)),
      ("hidden_size", JSONValue(try reader.count("encoder_embed_dim", 1...(1 << 20)))),
      ("num_hidden_layers", JSONValue(layerCount)),
      ("num_attention_heads", JSONValue(try reader.count("encoder_attention_heads", 1...65536))),
      ("intermediate_size", JSONValue(try reader.count("encoder_ffn_embed_dim", 1...(1 << 22)))),
      ("hidden_act", .string(try activation(reader))),
      ("hidden_dropout_prob", reader.value("dropout") ?? .number(JSONNumber(0.1))),
      (
        "attention_probs_dropout_prob",
        reader.value("attention_dropout") ?? .number(JSONNumber(0.1))
      ),
      ("max_position_embeddings", JSONValue(rows)),
      ("type_vocab_size", 1),
      ("initializer_range", .number(JSONNumber(0.02))),
      ("layer_norm_eps", .number(JSONNumber(1e-5))),
      ("pad_token_id", JSONValue(Self.paddingID)),
      ("bos_token_id", 0),
      ("eos_token_id", 2),
    ])
    if let labels {
      // The head's own activation; Hugging Face's is always tanh.
      let pooler = reader.value("pooler_activation_fn")?.stringValue ?? "tanh"
      guard pooler == "tanh" else {
        throw .unsupported(
          "config.activation", at: reader.location("pooler_activation_fn"),
          "a classification head with \"\(printable(pooler, limit: 60))\" in place of tanh has no "
            + "counterpart in Hugging Face's classes")
      }
      let names = (0..<min(labels, 1 << 20)).map { (String($0), "LABEL_\($0)") }
      result["id2label"] = .object(JSONObject(names.map { ($0.0, .string($0.1)) }))
      result["label2id"] = .object(
        JSONObject(names.enumerated().map { ($0.element.1, JSONValue($0.offset)) }))
    }
    return result
  }

  /// Refuses what fairseq trains under the same names and computes otherwise.
  private func refuseOtherEncoders(_ reader: ConfigurationFields) throws(LFError) {
    if hasFinalNorm {
      throw .unsupported(
        "model.unsupported", at: .init(file: origin, entry: Self.finalNorm),
        "this fairseq model normalises before attention (encoder_normalize_before), which a "
          + "Longformer does not")
    }
    if reader.value("no_scale_embedding")?.boolValue == false {
      throw .unsupported(
        "model.unsupported", at: reader.location("no_scale_embedding"),
        "no_scale_embedding is false: this fairseq model multiplies its word embeddings by the "
          + "square root of their width, which a RoBERTa does not")
    }
  }

  /// fairseq's names for activations that are computed here.
  private static let activations: [String: Activation] = [
    "gelu": .gelu, "relu": .relu, "tanh": .tanh, "linear": .linear, "swish": .silu,
    "gelu_accurate": .geluTanh, "gelu_fast": .geluTanh,
  ]

  private func activation(_ reader: ConfigurationFields) throws(LFError) -> String {
    let name = reader.value("activation_fn")?.stringValue ?? "gelu"
    guard let activation = Self.activations[name] else {
      throw .unsupported(
        "config.activation", at: reader.location("activation_fn"),
        "the activation function \"\(printable(name, limit: 60))\" is not supported; known are "
          + Self.activations.keys.sorted().joined(separator: ", "))
    }
    return activation.rawValue
  }
}
