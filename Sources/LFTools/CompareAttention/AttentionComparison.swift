public import LFCore
import LFEncoder
public import LFFamilies
import LFFiles
public import LFModels

/// A model's weights under several attention patterns, on the same inputs.
///
/// Full attention is the measure: what a RoBERTa computes, and what the other
/// patterns make cheaper. Nothing is trained here: a pattern that needs
/// training shows that it does.
public struct AttentionComparison: Sendable {
  /// The patterns beside full attention; none for some that suit the inputs.
  public let patterns: [AttentionName]
  /// Lengths at which time and memory are measured as well, on random tokens.
  public var lengths: [Int] = []
  /// Chooses what is scored where there are no labels.
  public var seed: UInt64 = 0
  /// Threads at most.
  public var threads: Int
  /// How the model is opened.
  public var options = OpenOptions()

  /// A comparison.
  public init(patterns: [AttentionName], threads: Int) {
    self.patterns = patterns
    self.threads = threads
  }

  /// Full attention and the others, by name.
  private func names(_ rows: EvaluationRows) throws(LFError) -> [AttentionName] {
    let full = try AttentionName("full")
    var names = patterns
    if names.isEmpty {
      for text in Self.suggested(length: rows.rows.map(\.ids.count).min() ?? 0) {
        names.append(try AttentionName(text))
      }
    }
    return [full] + names.filter { $0.text != full.text }
  }

  /// Patterns that suit a length, each as cheap as the others where they can be.
  public static func suggested(length: Int) -> [String] {
    let window = max(2, min(512, length / 4 / 2 * 2))
    let block = max(1, min(64, length / 16))
    let segment = max(1, min(window, length))
    return ["full", "window:\(window)"]
      + (length >= 16
        ? [
          "blockwise:2", "bigbird:\(block):3", "lsh:\(block):4", "recurrence:\(segment):\(segment)",
        ] : [])
  }

  /// Opens the model and runs it under every pattern.
  ///
  /// - Parameters:
  ///   - path: any model.
  ///   - read: the inputs for it.
  ///   - progress: called with what is being done, the part that is done, and the
  ///     tokens that all patterns together have to read for it.
  /// - Throws: `attention.pattern`, `input.*`, errors of the rows and of opening.
  public func run(
    _ path: String, rows read: (OpenedModel) throws(LFError) -> EvaluationRows,
    progress: (_ action: String, _ done: Double, _ tokens: Int) -> Void = { _, _, _ in }
  ) throws(LFError) -> AttentionComparisonResult {
    let opened = try OpenedModel.open(path, options: options)
    let model = try opened.recognized()
    let configuration = model.configuration
    guard configuration.head != .multipleChoice else {
      throw .unsupported(
        "compare.head", at: .init(file: path),
        "patterns are not compared for a multiple choice head, whose inputs are of another shape")
    }
    var rows = try read(opened)
    if configuration.head == .maskedLanguageModel {
      rows = EvaluationRows(
        rows: try rows.labelled(
          for: opened, vocabulary: configuration.vocabularySize, seed: seed),
        origin: rows.origin)
    }
    let longest = rows.rows.map(\.ids.count).max() ?? 0
    guard longest > 0 else {
      throw .refused(
        "compare.empty", at: .init(file: rows.origin), expected: "inputs with tokens",
        found: "none")
    }
    let base = try EncoderModel(
      configuration: configuration, source: try opened.canonicalSource(model), threads: threads)
    var runs: [PatternRun] = []
    for name in try names(rows) {
      runs.append(
        PatternRun(
          name: name, model: try EncoderModel(base, attention: name),
          bins: PositionBins(longest: longest, cuts: [configuration.longestInput])))
    }
    let inputs = TiledInputs(configuration: configuration)
    let tokens = rows.rows.reduce(0) { $0 + $1.ids.count } * runs.count
    progress("comparing", 0, tokens)
    // What is computed first pays for memory that all use.
    if let first = rows.rows.first {
      _ = try runs[0].model.forward(
        try runs[0].name.applied(to: inputs.inputs(first)), options: ForwardOptions(head: false))
    }
    var done = 0.0
    for row in rows.rows {
      let share = Double(row.ids.count * runs.count)
      let comparison = RowComparison(row: row, inputs: inputs.inputs(row))
      try comparison.run(&runs) {
        progress("comparing", (done + $0 * share) / Double(max(1, tokens)), tokens)
      }
      done += share
    }
    let growth = try PatternGrowth(models: runs.map { ($0.name, $0.model) }, inputs: inputs)
      .measure(lengths) { progress("measuring growth", $0, $1) }
    return AttentionComparisonResult(
      path: path, length: longest, longestInput: configuration.longestInput,
      heads: configuration.headCount, names: runs.map(\.name), results: runs.map(\.result),
      growth: growth)
  }
}

/// All patterns, compared.
public struct AttentionComparisonResult: Sendable {
  /// Time and memory of one pattern at one length.
  public struct Growth: Sendable, Equatable {
    /// The pattern's name.
    public let pattern: String
    /// Tokens of the one row.
    public let length: Int
    /// Seconds of the encoder's forward pass.
    public let seconds: Double
    /// Most memory of the process meanwhile; nil where the system does not tell.
    public let peakBytes: Int?
  }

  /// The model.
  public let path: String
  /// Tokens of the longest row.
  public let length: Int
  /// Longest input that the model reads without tiled positions.
  public let longestInput: Int
  /// Attention heads of a layer.
  public let heads: Int
  /// The patterns, full attention first.
  public let names: [AttentionName]
  /// One a pattern.
  public let results: [PatternResult]
  /// One a pattern and length.
  public let growth: [Growth]

  /// Whether positions were tiled, because inputs are longer than the model reads.
  public var isTiled: Bool { max(length, growth.map(\.length).max() ?? 0) > longestInput }

  /// The object that `--json` prints.
  public var json: JSONObject {
    JSONObject([
      ("schema", "lfconv.compare-attention/1"), ("path", .string(path)),
      ("length", JSONValue(length)), ("longest_input", JSONValue(longestInput)),
      ("tiled_positions", .bool(isTiled)), ("patterns", .array(results.map(\.json))),
      (
        "growth",
        .array(
          growth.map {
            .object(
              JSONObject([
                ("pattern", .string($0.pattern)), ("length", JSONValue($0.length)),
                ("seconds", JSONValue($0.seconds)),
                ("peak_rss_bytes", $0.peakBytes.map { JSONValue($0) } ?? .null),
              ]))
          })
      ),
    ])
  }
}
