public import LFCore
import LFEncoder
import LFFamilies
import LFFiles
public import LFModels
public import LFTokenizers

/// Texts in, vectors out: a model with its tokenizer and what its files say about
/// pooling.
///
/// ```swift
/// let encoder = try TextEncoder("model.lfz")
/// let vectors = try encoder.encode(["a long text", "another"])  // [[Float]]
/// ```
///
/// Texts are cut into tokens exactly as Hugging Face's tokenizers do it, with the
/// files that the model carries. Without options a folder of
/// sentence-transformers, or what was converted from one, gives the vectors that
/// its `modules.json` describes, prompt and normalisation included; any other
/// model gives the mean of its token states.
///
/// Texts of different lengths go through the model one behind the other, without
/// padding. A text's results are the same to the bit whatever else is encoded
/// with it, and with any number of threads. One encoder serves any number of
/// callers at a time; no text and no file makes it trap.
///
/// So that a first text does not wait for all of a model, rows of the embedding
/// tables and the projections for global tokens are read when a text first needs
/// them. The file is kept open, and must stay as it is while the encoder lives;
/// replacing it by another of the same name is no change.
public struct TextEncoder: Sendable {
  /// The model.
  public let model: LongformerModel
  /// Its tokenizer.
  public let tokenizer: Tokenizer
  /// The options that it was made with.
  public let options: TextEncoderOptions
  /// Most tokens of a text that are read.
  public let maximumLength: Int
  /// Remarks on the model's files for the user.
  public let notes: [String]

  let opened: OpenedModel
  let settings: SentenceSettings
  /// What is pooled, one vector behind the other; nil for the states themselves.
  let poolings: [PoolingMode]?

  /// Opens a model with its tokenizer, and reads its weights.
  ///
  /// - Parameters:
  ///   - path: an `.lfz`, a folder of Hugging Face or sentence-transformers, or
  ///     whatever else the command line takes as SOURCE.
  ///   - options: pooling and all else that concerns vectors.
  ///   - opening: what else there is to say about the checkpoint.
  ///   - threads: threads at most; nil for one on each processor. Results do not
  ///     depend on it.
  /// - Throws: as `LongformerModel`; `tokenizer.*` when the model's tokenizer is
  ///   missing or not known; `sentence.*` for sentence-transformers' files that
  ///   are malformed, or ask for what is not computed here; `text.maximum` for a
  ///   length that the model does not have, `text.global` for global tokens.
  public init(
    _ path: String, options: TextEncoderOptions = TextEncoderOptions(),
    opening: OpenOptions = OpenOptions(), threads: Int? = nil
  ) throws(LFError) {
    let opened = try OpenedModel.open(path, options: opening)
    let settings = try SentenceSettings(opened)
    switch options.pooling {
    case .auto:
      if let refusal = settings.refusal { throw refusal.located(file: path) }
      poolings = settings.poolings.isEmpty ? [.mean] : settings.poolings
    case .cls: poolings = [.cls]
    case .mean: poolings = [.mean]
    case .max: poolings = [.max]
    case .none: poolings = nil
    }
    let tokenizer = try opened.tokenizer()
    self.tokenizer = settings.lowercases ? tokenizer.lowercasing() : tokenizer
    model = try LongformerModel(
      opened, residency: .onDemand, threads: threads ?? Machine.coreCount)
    let longest = model.configuration.longestInput
    if let wanted = options.maximumLength, !(1...longest ~= wanted) {
      throw .refused(
        "text.maximum", at: .init(file: path),
        expected: "a maximum length from 1 to \(longest), the longest input of this model",
        found: "\(wanted)")
    }
    if options.globalTokens == .first, !model.configuration.hasGlobalTokens {
      throw .refused(
        "text.global", at: .init(file: path), expected: "a model with global tokens",
        found: "one without, of the family \(model.configuration.family)")
    }
    maximumLength = options.maximumLength ?? min(longest, settings.maximumLength ?? longest)
    notes = opened.notes + tokenizer.notes
    self.opened = opened
    self.settings = settings
    self.options = options
  }

  /// Width H of the hidden states.
  public var hiddenSize: Int { model.configuration.hiddenSize }

  /// Numbers of a text's vector: H, unless the model's files put several poolings
  /// one behind the other. With `Pooling.none` those of one token.
  public var vectorSize: Int { hiddenSize * max(1, poolings?.count ?? 1) }

  /// Makes texts into vectors.
  ///
  /// - Parameters:
  ///   - texts: any number of texts.
  ///   - progress: called after every few texts.
  /// - Returns: a vector for each text, `vectorSize` numbers; with
  ///   `Pooling.none` the states of its tokens, row by row.
  /// - Throws: `text.*` and `tokenizer.*` with the number of the text, from 0 on,
  ///   before any is run; `memory.exhausted`.
  public func encode(
    _ texts: [String], progress: (EncodingProgress) -> Void = { _ in }
  ) throws(LFError) -> [[Float]] {
    try embeddings(of: texts, progress: progress).map(\.values)
  }

  /// Makes texts into vectors, and says how many tokens each had.
  ///
  /// - Throws: as `encode`.
  public func embeddings(
    of texts: [String], progress: (EncodingProgress) -> Void = { _ in }
  ) throws(LFError) -> [TextEmbedding] {
    try embeddings(of: texts, isCancelled: { false }, progress: progress)
  }
}

// MARK: One after the other

extension TextEncoder {
  /// Whether several texts go through the model at a time.
  package var canPack: Bool { model.encoder.canPack }

  /// Makes a text into tokens and checks that the model can read them.
  ///
  /// - Throws: `tokenizer.*`, `text.empty`, `text.length`, `input.*`.
  package func prepare(
    utf8 text: [UInt8], for use: TextUse = .vector
  ) throws(LFError) -> PreparedText {
    let isCut = self.options.overlong == .cut
    let options = EncodingOptions(truncation: isCut ? .limit(maximumLength) : .none)
    let encoding: TokenEncoding
    do throws(LFError) {
      encoding = try tokenizer.encode(utf8: settings.promptBytes + text, options: options)
    } catch {
      var error = error
      error.location.offset = error.location.offset.map { max(0, $0 - settings.promptBytes.count) }
      throw error
    }
    guard encoding.count <= maximumLength else {
      throw .refused(
        "text.length", expected: "a text of at most \(maximumLength) tokens",
        found: "\(encoding.count)")
    }
    guard !encoding.list.isEmpty else {
      throw .refused("text.empty", expected: "a text with at least one token", found: "none")
    }
    return PreparedText(
      encoding: encoding, inputs: try model.encoder.prepare(inputs(encoding, use)))
  }

  /// Makes prepared texts into vectors, together.
  package func embeddings(of texts: [PreparedText]) throws(LFError) -> [TextEmbedding] {
    guard !texts.isEmpty else { return [] }
    let pass = try run(texts) { false }
    return texts.indices.map { embedding(texts[$0], pass.states(of: $0).values) }
  }

  /// Runs all layers.
  ///
  /// - Parameter isCancelled: asked before every layer.
  func run(
    _ texts: [PreparedText], _ isCancelled: () -> Bool
  ) throws(LFError) -> PackedPass {
    var pass = try model.encoder.begin(packing: texts.map(\.inputs))
    repeat {
      if isCancelled() { throw Self.cancelled }
    } while try pass.runLayer()
    return pass
  }

  /// - Parameter states: [S, H].
  func embedding(_ text: PreparedText, _ states: [Float]) -> TextEmbedding {
    let width = hiddenSize
    guard let poolings else {
      return TextEmbedding(
        values: options.normalizes == true ? normalized(states, width: width) : states,
        shape: [text.tokenCount, width], tokenCount: text.tokenCount, cutCount: text.cutCount)
    }
    let isAsInFiles = options.pooling == .auto && settings.normalizes
    let vector = poolings.flatMap { $0.pooled(states, width: width) }
    return TextEmbedding(
      values: options.normalizes ?? isAsInFiles ? normalized(vector, width: vector.count) : vector,
      shape: [vector.count], tokenCount: text.tokenCount, cutCount: text.cutCount)
  }

  private func inputs(_ encoding: TokenEncoding, _ use: TextUse) -> EncoderInputs {
    let isChoice = model.configuration.head == .multipleChoice
    var inputs = EncoderInputs(
      batch: 1, choices: isChoice ? 1 : nil, length: encoding.count, inputIDs: encoding.ids)
    if model.configuration.tokenTypeCount > 1 { inputs.tokenTypeIDs = encoding.list.map(\.typeID) }
    var mask = [Int](repeating: 0, count: encoding.count)
    switch options.globalTokens {
    case .none: break
    case .first: mask[0] = 1
    case .auto:
      // The head knows which tokens it makes global.
      if use == .head { return inputs }
      if model.configuration.hasGlobalTokens, poolings?.contains(.cls) == true { mask[0] = 1 }
    }
    inputs.globalAttentionMask = mask
    return inputs
  }
}

/// What a text is run for, which decides about its global tokens.
package enum TextUse: Sendable {
  case vector, head
}
