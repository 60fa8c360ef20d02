import ArgumentParser
import LFCore
import LFFamilies
import LFFiles
import LFTools

/// `lfconv draw`
struct DrawCommand: Action {
  static let configuration = CommandConfiguration(
    commandName: "draw",
    abstract: "Draw an attention pattern as SVG, layer by layer.",
    usage: """
      lfconv draw [<options>] <model> -o <file>
      lfconv draw [<options>] --attention <pattern> [<model>] -o <file>
      lfconv draw [<options>] --attention-window <w,w,…> -o <file>
      """,
    discussion: """
      Takes a model, a pattern by name, or windows and dilations by layer. With a model and a \
      pattern, it shows the pattern with the model's layers and heads; with a pattern alone, one \
      layer of twelve heads. What a query sees by LSH depends on the text: an example is drawn.

      Layers that are alike share a panel; heads that see different keys have a panel each, up to \
      four kinds of heads. Layers and heads are counted from 0.

      EXAMPLES
        lfconv draw longformer.lfz -o pattern.svg
        lfconv draw --attention-window 32,32,64,64 -o pattern.svg
        lfconv draw --attention blockwise:3 --length 96 -o pattern.svg
        lfconv draw --attention-window 8,8 --attention-dilation 1,3 \\
          --global-positions 0,20 -o pattern.svg
      """)
  static let schema = "lfconv.draw/1"

  @Argument(help: "The model to draw.", completion: .model, transform: CommandValues.path)
  var model: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Attention windows, both sides together, one a layer.", valueName: "w,w,…"),
    transform: CommandValues.numbers)
  var attentionWindow: [Int] = []

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Dilations: one for all layers, or one a layer.", valueName: "d,d,…"),
    transform: CommandValues.numbers)
  var attentionDilation: [Int] = []

  @Option(
    help: ArgumentHelp(
      "A pattern by its name: \(CommandValues.attentionForms)", valueName: "pattern"),
    transform: CommandValues.attention)
  var attention: AttentionName?

  @Option(
    name: [.customLong("global-positions"), .customLong("global")], parsing: .unconditional,
    help: ArgumentHelp("Positions of global tokens. (default: none)", valueName: "p,p,…"),
    transform: CommandValues.numbers)
  var globalPositions: [Int] = []

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Tokens to show. (default: as many as show the pattern well)", valueName: "n"))
  var length: Int?

  @Option(
    name: [.customShort("o"), .long],
    help: ArgumentHelp("The SVG file to write.", valueName: "file"),
    completion: .file(extensions: ["svg"]), transform: CommandValues.picture)
  var output: String

  @OptionGroup var sourceOptions: SourceOptions
  @OptionGroup var common: SharedOptions<ForceAlone>

  func validate() throws {
    guard attentionWindow.isEmpty ? model != nil || attention != nil : model == nil else {
      throw ValidationError("Give a model, --attention, or --attention-window.")
    }
    guard attention == nil || attentionWindow.isEmpty && attentionDilation.isEmpty else {
      throw ValidationError("--attention takes no --attention-window and --attention-dilation.")
    }
    guard globalPositions.allSatisfy({ $0 >= 0 }) else {
      throw ValidationError("--global-positions takes positions, which are counted from 0.")
    }
    guard (1...AttentionDrawing.mostTokens).contains(length ?? 1) else {
      throw ValidationError("--length takes a number from 1 to \(AttentionDrawing.mostTokens).")
    }
    guard attentionWindow.allSatisfy({ $0 >= 2 && $0.isMultiple(of: 2) && $0 <= 1 << 20 }) else {
      throw ValidationError("Windows are even numbers of 2 or more.")
    }
    let counts = [0, 1, attentionWindow.count]
    guard attentionDilation.allSatisfy({ $0 >= 1 && $0 <= 1 << 20 }),
      model == nil ? counts.contains(attentionDilation.count) : attentionDilation.isEmpty
    else {
      throw ValidationError("--attention-dilation takes one number, or one for each window.")
    }
  }

  func perform() throws -> Int32 {
    let subject = try subject()
    let globals = attention?.globals?.list ?? globalPositions
    let tokens = try shownLength(subject, globals)
    var drawing = AttentionDrawing(
      title: subject.title, patterns: subject.patterns, length: tokens, globals: globals)
    drawing.headCount = subject.heads
    if !globalPositions.isEmpty, globals != globalPositions {
      common.console.note("the global tokens are those of \(attention?.text ?? "")")
    }
    if !globals.isEmpty, !subject.patterns.contains(where: \.rule.hasGlobalTokens) {
      common.console.note("this attention has no global tokens; none are drawn")
    }
    let file = try OutputFile(output, overwrite: common.force)
    try file.append(Array(drawing.svg.utf8))
    try file.publish()
    let console = common.console
    try console.object(
      JSONObject([
        ("schema", .string(Self.schema)), ("path", .string(output)),
        ("layers", JSONValue(subject.patterns.count)), ("length", JSONValue(tokens)),
      ]))
    if !common.quiet {
      try console.result(
        "drawn   \(output)  (\(subject.patterns.count.counted("layer")), \(tokens.counted("token")))"
      )
    }
    return 0
  }

  /// What is drawn.
  private struct Subject {
    let title: String
    let patterns: [AttentionPattern]
    /// Heads of a layer, where they are known.
    let heads: Int?
    /// Most tokens that the model reads.
    let longest: Int
  }

  /// As many tokens as were asked for, or as show the pattern and every global
  /// token.
  private func shownLength(_ subject: Subject, _ globals: [Int]) throws(LFError) -> Int {
    let most = length ?? min(subject.longest, AttentionDrawing.mostTokens)
    if let beyond = globals.first(where: { $0 >= most }) {
      throw LFError(
        .usage, "usage.global-positions",
        "expected positions below \(most.counted("token")), found \(beyond)")
    }
    let needed = (globals.max() ?? -1) + 1
    return length
      ?? max(
        needed, AttentionDrawing.suggestedLength(subject.patterns, longest: subject.longest))
  }

  private func subject() throws(LFError) -> Subject {
    if let attention {
      var settings: ModelConfiguration?
      if let model {
        settings = try Inspection.configuration(of: model, options: sourceOptions.open)
          .attending(attention)
      }
      let heads = settings?.headCount ?? 12
      let patterns: [AttentionPattern]
      if let settings {
        patterns = settings.attention
      } else {
        patterns = try attention.patterns(layers: attention.layerCount ?? 1, heads: heads)
      }
      for rule in patterns.map(\.rule) {
        if let length { try rule.check(length: length, heads: heads, headSize: 1) }
      }
      return Subject(
        title: attention.text + (model.map { ", with the layers of \(Paths.name($0))" } ?? ""),
        patterns: patterns, heads: heads, longest: settings?.longestInput ?? .max)
    }
    guard let model else {
      let patterns = attentionWindow.enumerated().map { layer, window in
        let dilation =
          attentionDilation.count > 1 ? attentionDilation[layer] : attentionDilation.first ?? 1
        return AttentionPattern.slidingWindow(
          SlidingWindow(oneSided: window / 2, dilations: [dilation]))
      }
      return Subject(title: "Attention windows", patterns: patterns, heads: nil, longest: .max)
    }
    let settings = try Inspection.configuration(of: model, options: sourceOptions.open)
    return Subject(
      title: "Attention of \(Paths.name(model))", patterns: settings.attention,
      heads: settings.headCount, longest: settings.longestInput)
  }
}
