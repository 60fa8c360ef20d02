public import LFCore
import LFEncoder
public import LFFamilies
public import LFModels

/// Scores models with a masked-LM head on the same rows of tokens.
public struct Evaluation: Sendable {
  /// Tokens that a model reads at once; nil for its longest input.
  public var length: Int?
  /// What takes the place of the models' own attention.
  public var attention: AttentionName?
  /// Chooses what is scored where there are no labels.
  public var seed: UInt64 = 0
  /// Threads at most.
  public var threads: Int
  /// How the models are opened.
  public var options = OpenOptions()

  /// An evaluation by default settings.
  public init(threads: Int) { self.threads = threads }

  /// Scores one model after the other.
  ///
  /// A row longer than the model reads is cut into pieces, which are scored one
  /// by one; every token is scored once.
  ///
  /// - Parameters:
  ///   - paths: models with a masked-LM head.
  ///   - read: the rows for a model: its own tokens for texts.
  ///   - progress: called with the number of the model, the part that is done, and
  ///     the tokens that the model has to read.
  /// - Throws: `evaluate.head`, `evaluate.length`, errors of the rows and of
  ///   opening, `input.*`.
  public func run(
    _ paths: [String], rows read: (OpenedModel) throws(LFError) -> EvaluationRows,
    progress: (_ model: Int, _ done: Double, _ tokens: Int) -> Void = { _, _, _ in }
  ) throws(LFError) -> [ModelEvaluation] {
    var runs: [ModelRun] = []
    for (number, path) in paths.enumerated() {
      let opened = try OpenedModel.open(path, options: options)
      let model = try opened.recognized()
      let configuration = model.configuration
      guard configuration.head == .maskedLanguageModel else {
        throw .unsupported(
          "evaluate.head", at: .init(file: path),
          "only a model with a masked-LM head can be evaluated; this one has "
            + (configuration.head == .bare ? "no head" : "another head"))
      }
      let most = configuration.longestInput
      if let length, !(1...most ~= length) {
        throw .refused(
          "evaluate.length", at: .init(file: path),
          expected: "1 to \(most) tokens, the longest input of this model",
          found: "--length \(length)")
      }
      let rows = try read(opened).labelled(
        for: opened, vocabulary: configuration.vocabularySize, seed: seed)
      var encoder = try EncoderModel(
        configuration: configuration, source: try opened.canonicalSource(model), threads: threads)
      if let attention { encoder = try EncoderModel(encoder, attention: attention) }
      var run = ModelRun(
        path: path, model: encoder, attention: attention, length: length ?? most)
      try run.score(rows) { progress(number, $0, $1) }
      runs.append(run)
    }
    let bins = PositionBins(
      longest: runs.map(\.longestPiece).max() ?? 1,
      cuts: runs.map(\.model.configuration.longestInput))
    return runs.map { $0.result(bins) }
  }
}

/// One model's scores, as they come in.
private struct ModelRun {
  let path: String
  let model: EncoderModel
  let attention: AttentionName?
  let length: Int
  private(set) var longestPiece = 0
  private var scores = TokenScores()
  private var positions: [Int] = []
  private var tokens = 0
  private var characters: Int?

  init(path: String, model: EncoderModel, attention: AttentionName?, length: Int) {
    self.path = path
    self.model = model
    self.attention = attention
    self.length = length
  }

  /// Tokens that pieces of one length have together when they are run at once:
  /// enough for all threads, few in memory.
  private static let batchTokens = 4096

  mutating func score(
    _ rows: [EvaluationRows.Row], progress: (_ done: Double, _ tokens: Int) -> Void
  ) throws(LFError) {
    let total = rows.reduce(0) { $0 + $1.ids.count }
    var done = 0
    progress(0, total)
    var waiting: [EvaluationRows.Row] = []
    for row in rows {
      for start in stride(from: 0, to: row.ids.count, by: length) {
        let piece = row[start..<min(row.ids.count, start + length)]
        if let first = waiting.first,
          first.ids.count != piece.ids.count || (first.global == nil) != (piece.global == nil)
            || (waiting.count + 1) * piece.ids.count > Self.batchTokens
        {
          done += try run(&waiting)
          progress(Double(done) / Double(max(1, total)), total)
        }
        waiting.append(piece)
      }
    }
    _ = try run(&waiting)
    progress(1, total)
  }

  /// Runs pieces of one length; returns how many tokens they had.
  private mutating func run(_ pieces: inout [EvaluationRows.Row]) throws(LFError) -> Int {
    guard let first = pieces.first else { return 0 }
    let length = first.ids.count
    longestPiece = max(longestPiece, length)
    tokens += pieces.reduce(0) { $0 + $1.mask.reduce(0, +) }
    var places: [Int] = []
    var labels: [Int] = []
    for (number, piece) in pieces.enumerated() {
      for (place, label) in (piece.labels ?? []).enumerated()
      where label != EvaluationRows.ignored {
        places.append(number * length + place)
        labels.append(label)
        positions.append(place)
        if let count = piece.characters?[place] { characters = (characters ?? 0) + count }
      }
    }
    defer { pieces = [] }
    if places.isEmpty { return length * pieces.count }
    let zeros = Array(repeating: 0, count: length)
    // A pattern by name says itself which tokens are global.
    let hasGlobal =
      attention == nil && model.configuration.hasGlobalTokens && first.global != nil
    var inputs = EncoderInputs(
      batch: pieces.count, length: length, inputIDs: pieces.flatMap(\.ids),
      attentionMask: pieces.flatMap(\.mask),
      globalAttentionMask: hasGlobal ? pieces.flatMap { $0.global ?? zeros } : nil,
      tokenTypeIDs: pieces.flatMap { $0.types ?? zeros })
    if let attention { inputs = try attention.applied(to: inputs) }
    var pass = try model.begin(inputs)
    try scores.append(try pass.features(at: places), labels: labels, model: model)
    return length * pieces.count
  }

  func result(_ bins: PositionBins) -> ModelEvaluation {
    let scored = scores.nats.count
    return ModelEvaluation(
      path: path, attention: attention?.text ?? model.configuration.attentionText,
      length: longestPiece,
      longestInput: model.configuration.longestInput, tokens: tokens, scored: scored,
      natsPerToken: scores.nats.reduce(0, +) / Double(max(1, scored)), characters: characters,
      top1: Double(scores.isBest.count { $0 }) / Double(max(1, scored)),
      byPosition: bins.means(positions, scores.nats))
  }
}
