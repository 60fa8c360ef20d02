public import LFCore
import LFEncoder
import LFFamilies
import LFModels
import LFTokenizers

extension TextEncoder {
  /// What a model for sequence classification says about texts.
  ///
  /// With `GlobalTokens.auto` the first token is global, as in Hugging Face's class.
  ///
  /// - Returns: for each text all labels, the most probable first.
  /// - Throws: `head.labels` when the model has no such head; otherwise as `encode`.
  public func labels(
    of texts: [String], progress: (EncodingProgress) -> Void = { _ in }
  ) throws(LFError) -> [[LabelScore]] {
    try labels(of: texts, isCancelled: { false }, progress: progress)
  }

  func labels(
    of texts: [String], isCancelled: () -> Bool, progress: (EncodingProgress) -> Void
  ) throws(LFError) -> [[LabelScore]] {
    let scale = try labelScale(.sequenceClassification)
    return try results(
      of: texts, for: .head, progress: progress, isCancelled: isCancelled,
      each: { (pass, part, _) throws(LFError) in
        scale.scores(try pass.head(of: part)["logits"]?.values[...] ?? [])
      })
  }

  /// What a model for token classification says about every token of texts.
  ///
  /// - Returns: for each text its tokens, special ones among them.
  /// - Throws: `head.labels` when the model has no such head; otherwise as `encode`.
  public func tokenLabels(
    of texts: [String], progress: (EncodingProgress) -> Void = { _ in }
  ) throws(LFError) -> [[TokenLabels]] {
    try tokenLabels(of: texts, isCancelled: { false }, progress: progress)
  }

  func tokenLabels(
    of texts: [String], isCancelled: () -> Bool, progress: (EncodingProgress) -> Void
  ) throws(LFError) -> [[TokenLabels]] {
    let scale = try labelScale(.tokenClassification)
    return try results(
      of: texts, for: .head, progress: progress, isCancelled: isCancelled,
      each: { (pass, part, text) throws(LFError) in
        let logits = try pass.head(of: part)["logits"]?.values ?? []  // [S, labels]
        let width = scale.count
        let names = tokenizer.tokens(of: text.encoding)
        return zip(text.encoding.list, names).enumerated().map { place, token in
          TokenLabels(
            token: token.0, text: token.1,
            labels: scale.scores(logits[place * width..<(place + 1) * width]))
        }
      })
  }

  /// What may stand where a text has the mask token ("<mask>", "[MASK]").
  ///
  /// - Parameters:
  ///   - text: a text with a mask token in one place or several.
  ///   - count: how many candidates for each place.
  /// - Returns: for each mask token of the text its candidates, the most probable
  ///   first.
  /// - Throws: `head.masked-lm` when the model has no such head, `text.mask` when
  ///   there is no mask token in the text, or none that the model knows; otherwise
  ///   as `encode`.
  public func candidates(
    in text: String, count: Int = 5
  ) throws(LFError) -> [[TokenCandidate]] {
    try candidates(in: text, count: count, isCancelled: { false })
  }

  func candidates(
    in text: String, count: Int, isCancelled: () -> Bool
  ) throws(LFError) -> [[TokenCandidate]] {
    guard model.encoder.hasMaskedLanguageModel else { throw EncoderModel.noMaskedLanguageModel }
    let mask = try opened.maskToken(rows: model.configuration.vocabularySize)
    let lists = try results(
      of: [text], for: .head, progress: { _ in }, isCancelled: isCancelled,
      each: { (pass, part, text) throws(LFError) in
        try candidates(count, for: mask, in: pass, part, text)
      })
    return lists.first ?? []
  }

  /// The states after every layer of a text.
  ///
  /// - Throws: as `encode`.
  public func hiddenStates(of text: String) throws(LFError) -> TextStates {
    try hiddenStates(of: text, isCancelled: { false })
  }

  func hiddenStates(of text: String, isCancelled: () -> Bool) throws(LFError) -> TextStates {
    let prepared = try prepare(utf8: Array(text.utf8))
    var pass = try model.encoder.begin(packing: [prepared.inputs])
    var layers: [[Float]] = []
    repeat {
      if isCancelled() { throw Self.cancelled }
      layers.append(pass.states(of: 0).values)
    } while try pass.runLayer()
    return TextStates(
      tokens: prepared.encoding.list, texts: tokenizer.tokens(of: prepared.encoding),
      layers: layers, shape: [prepared.tokenCount, hiddenSize])
  }

  private func candidates(
    _ count: Int, for mask: Int?, in pass: PackedPass, _ part: Int, _ text: PreparedText
  ) throws(LFError) -> [[TokenCandidate]] {
    let places = text.encoding.list.indices.filter { text.encoding.list[$0].id == mask }
    guard !places.isEmpty else {
      throw .refused(
        "text.mask", expected: "the mask token in the text",
        found: mask == nil ? "that the model has none" : "none")
    }
    let features = try pass.features(of: part, at: places)
    var lists: [[TokenCandidate]] = []
    for place in places.indices {
      let logits = try model.encoder.logits(of: features, tokens: place..<place + 1).values
      lists.append(best(count, of: logits))
    }
    return lists
  }

  private func labelScale(_ head: ModelHead) throws(LFError) -> LabelScale {
    let configuration = model.configuration
    guard configuration.head == head else {
      throw .unsupported(
        "head.labels",
        "this needs a model for \(head == .sequenceClassification ? "sequence" : "token") "
          + "classification")
    }
    return LabelScale(configuration)
  }

  private func best(_ count: Int, of logits: [Float]) -> [TokenCandidate] {
    let shares = Softmax.probabilities(logits[...])
    return Softmax.order(logits[...]).prefix(max(0, count)).map {
      TokenCandidate(
        id: $0, text: tokenizer.token(of: $0), logit: logits[$0], probability: shares[$0])
    }
  }
}

/// How a classifier's outputs are read.
private struct LabelScale {
  /// Number of labels.
  let count: Int
  private let names: [String]
  private let reading: Reading

  private enum Reading { case softmax, sigmoid, plain }

  /// As Hugging Face's pipelines do it.
  init(_ configuration: ModelConfiguration) {
    count = configuration.labelCount
    names = configuration.labels
    let problem = configuration.json["problem_type"]?.stringValue
    reading =
      configuration.head == .tokenClassification
      ? .softmax
      : problem == "regression"
        ? .plain
        : problem == "multi_label_classification" || configuration.labelCount == 1
          ? .sigmoid : .softmax
  }

  /// All labels, the largest output first.
  func scores(_ logits: ArraySlice<Float>) -> [LabelScore] {
    let shares = reading == .softmax ? Softmax.probabilities(logits) : []
    return Softmax.order(logits).map { index in
      let logit = logits[logits.startIndex + index]
      let probability: Double? =
        switch reading {
        case .softmax: shares[index]
        case .sigmoid: Softmax.sigmoid(Double(logit))
        case .plain: nil
        }
      return LabelScore(
        index: index, name: index < names.count ? names[index] : "LABEL_\(index)", logit: logit,
        probability: probability)
    }
  }
}
