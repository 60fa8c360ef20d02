public import LFCore

extension ConversionPlan {
  /// Plans RoBERTa or BERT → Longformer, or another length and other windows
  /// for a Longformer, which keeps its own global projections unless they are
  /// to be reset.
  ///
  /// - Parameters:
  ///   - model: the source.
  ///   - untied: tied tensors (a decoder) whose bytes differ from what they
  ///     should equal; they are kept, and the configuration says so.
  /// - Throws: `usage.*` for options that do not fit the model; `model.head`
  ///   for a head that no Longformer class has.
  public init(
    longformerFrom model: RecognizedModel, options: LongformerOptions, untied: Set<TensorName>
  ) throws(LFError) {
    let source = model.configuration
    let target = try FamilyTable.named(FamilyTable.longformer)
    try Self.refuseHead(model, in: target)
    try LongformerOptionCheck(source: source, options: options).run()
    let tiling = Self.tiling(source, options)
    json = try Self.longformerJSON(model, target, tiling, options, untied)
    configuration = try ModelConfiguration(
      json: json, table: target, head: source.head, origin: "the converted config.json")
    self.tiling = tiling

    let prefix = source.head == .bare ? "" : target.prefixes.first ?? ""
    // An untied decoder is a weight of its own, and so is its bias: the stock
    // class would draw whichever is missing at random.
    let keepsDecoder = !untied.isEmpty || !source.tiesDecoder
    var tensors: [ComposedTensor] = []
    var copies: [(TensorName, TensorName)] = []
    for row in target.rows(head: source.head, layers: source.layerCount) {
      let name = TensorName((row.isPrefixed ? prefix : "") + row.canonical.text)
      if row.tiedTo != nil, !keepsDecoder { continue }
      // A Longformer's own global projections are there already.
      let isReset = options.resetsGlobalProjections && row.copiedFrom != nil
      let own = isReset ? nil : model.tensor(row.canonical)
      let original = own == nil ? row.copiedFrom : nil
      let origin =
        own ?? original.flatMap { model.tensor($0) } ?? row.tiedTo.flatMap { model.tensor($0) }
      guard let origin else {
        if row.isOptional { continue }
        throw LFError(.internal, "internal.plan", "no source for \(row.canonical)")
      }
      if let original {
        // Equal now, but weights of their own: training moves them apart.
        copies.append((name, TensorName(prefix + original.text)))
        tensors.append(try ComposedTensor(copying: origin, as: name))
      } else if row.canonical == .positionEmbeddings, let index = origin.index {
        let shape = try TensorShape([tiling.targetRows, source.hiddenSize])
        let descriptor = TensorDescriptor(
          name: name, elementType: origin.descriptor.elementType, shape: shape)
        let rowBytes = origin.descriptor.rowByteCount
        tensors.append(
          try ComposedTensor(descriptor, parts: tiling.parts(index: index, rowBytes: rowBytes)))
      } else {
        tensors.append(try ComposedTensor(copying: origin, as: name))
      }
    }
    self.tensors = tensors
    self.copies = copies
    notes =
      Self.notes(model, untied) + Self.stockClassNotes(configuration)
      + Self.shrinkingNotes(source, configuration)
  }

  // MARK: Pieces

  private static func tiling(
    _ source: ModelConfiguration, _ options: LongformerOptions
  ) -> PositionTiling {
    return PositionTiling(
      sourceRows: source.positionCount, paddingID: source.paddingID, scheme: source.positions,
      maxPositions: options.maxPositions(for: source))
  }

  private static func longformerJSON(
    _ model: RecognizedModel, _ target: FamilyTable, _ tiling: PositionTiling,
    _ options: LongformerOptions, _ untied: Set<TensorName>
  ) throws(LFError) -> JSONObject {
    let source = model.configuration
    var windows = options.attentionWindows(for: source)
    if windows.count == 1 { windows = Array(repeating: windows[0], count: source.layerCount) }
    var json = source.json
    // The class's own defaults are another model's: every field is spelled out.
    for member in model.table.defaults.members where (json[member.key] ?? .null) == .null {
      json[member.key] = member.value
    }
    json["pad_token_id"] = JSONValue(source.paddingID)
    let suffix = source.head.architectureSuffix
    let modelType = json["model_type"]?.stringValue
    json["architectures"] = [.string(target.classStem(modelType: nil) + suffix)]
    json["model_type"] = .string(FamilyTable.longformer)
    SlidingWindow.write(windows: windows, to: &json)
    json["max_position_embeddings"] = JSONValue(tiling.targetRows)
    // Another vocabulary than the usual one may have no such token.
    if source.separatorID < source.vocabularySize {
      json["sep_token_id"] = JSONValue(source.separatorID)
    } else {
      json["sep_token_id"] = nil
    }
    if let dilation = options.attentionDilation {
      SlidingWindow.write(dilation: dilation, to: &json)
    }
    if !untied.isEmpty { json["tie_word_embeddings"] = false }
    // Code that the source brought for its own class does not fit this one.
    json["auto_map"] = nil
    // Without it the library would take a byte-level tokenizer for every
    // Longformer, also for the sentence pieces of XLM-R and CamemBERT.
    if json["tokenizer_class"] == nil, let modelType, !source.isLongformer,
      modelType != "roberta"
    {
      json["tokenizer_class"] = .string(model.table.tokenizerClass(modelType: modelType))
    }
    return json
  }

  private static func stockClassNotes(_ configuration: ModelConfiguration) -> [String] {
    var notes: [String] = []
    for remark in configuration.attention.lazy.compactMap({ $0.rule.remarkForStockClasses })
    where !notes.contains(remark) {
      notes.append(remark)
    }
    let widest = configuration.attentionWindows.max() ?? 0
    if widest > configuration.longestInput {
      notes.append(
        "the attention window of \(widest) is wider than the longest input, "
          + "\(configuration.longestInput.counted("token")): Hugging Face's Longformer classes pad "
          + "every input to a multiple of the window")
    }
    return notes
  }

  private static func shrinkingNotes(
    _ source: ModelConfiguration, _ result: ModelConfiguration
  ) -> [String] {
    guard result.longestInput < source.longestInput else { return [] }
    return [
      "the result reads \(result.longestInput.counted("token")), fewer than the source's "
        + "\(source.longestInput)"
    ]
  }

  private static func notes(_ model: RecognizedModel, _ untied: Set<TensorName>) -> [String] {
    var notes = model.notes + model.unused.map { "\($0.name) is left out: \($0.reason)" }
    if model.configuration.head == .bare, model.tensor("pooler.dense.weight") == nil {
      notes.append(
        "there is no pooler: LongformerModel.from_pretrained takes add_pooling_layer=False, and "
          + "draws one at random without it")
    }
    let usesSeparator: Set<ModelHead> = [.questionAnswering, .multipleChoice]
    if model.configuration.positions == .fromZero,
      usesSeparator.contains(model.configuration.head)
    {
      notes.append(
        "a BERT writes fewer separators than a Longformer's default for global tokens looks for: "
          + "give a global_attention_mask")
    }
    for name in untied.sorted() {
      notes.append(
        "\(name) differs from the tensor it is usually tied to: it is kept as a weight of its own, "
          + "and the configuration says tie_word_embeddings: false")
    }
    if model.configuration.json["auto_map"] != nil {
      notes.append("auto_map is left out of the configuration: its code belongs to another class")
    }
    return notes
  }
}
