import ArgumentParser
import LFCore
import LFFamilies
import LFFiles
import LFTools

/// `lfconv draw`
struct DrawCommand: Action {
  static let configuration = CommandConfiguration(
    commandName: "draw",
    abstract: "Draw an attention pattern as SVG, one panel a layer.",
    discussion: """
      Takes a model, a pattern by name, or windows and dilations by layer. With a model and a
      pattern, it shows the pattern with the model's layers and heads; with a pattern alone, one
      layer of twelve heads. What a query sees by LSH depends on the text: an example is drawn.

      EXAMPLES
        lfconv draw longformer.lfz -o pattern.svg
        lfconv draw --attention-window 32,32,64,64 -o pattern.svg
        lfconv draw --attention blockwise:3 --length 96 -o pattern.svg
        lfconv draw --attention-window 8,8 --attention-dilation 1,3 --global 0,20 -o pattern.svg
      """)
  static let schema = "lfconv.draw/1"

  @Argument(help: "The model to draw.")
  var model: String?

  @Option(
    help: "Attention windows, both sides together, one a layer.",
    transform: CommandValues.numbers)
  var attentionWindow: [Int] = []

  @Option(
    help: "Dilations: one for all layers, or one a layer.", transform: CommandValues.numbers)
  var attentionDilation: [Int] = []

  @Option(
    help: ArgumentHelp(
      "A pattern by its name.",
      discussion: CommandValues.attentionForms + ". --global does not count then.",
      valueName: "pattern"),
    transform: CommandValues.attention)
  var attention: AttentionName?

  @Option(help: "Positions of global tokens.", transform: CommandValues.numbers)
  var global: [Int] = [0]

  @Option(help: "Tokens to show; default: as many as show the pattern well.")
  var length: Int?

  @Option(name: [.customShort("o"), .long], help: "The SVG file to write.")
  var output: String

  @OptionGroup var sourceOptions: SourceOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    guard attentionWindow.isEmpty ? model != nil || attention != nil : model == nil else {
      throw ValidationError("Give a model, --attention, or --attention-window.")
    }
    guard attention == nil || attentionWindow.isEmpty && attentionDilation.isEmpty else {
      throw ValidationError("--attention takes no --attention-window and --attention-dilation.")
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
    let (title, patterns, longest) = try subject()
    let tokens = length ?? AttentionDrawing.suggestedLength(patterns, longest: longest)
    let drawing = AttentionDrawing(
      title: title, patterns: patterns, length: tokens,
      globals: attention.map { $0.globals?.list ?? [] } ?? global)
    let file = try OutputFile(output, overwrite: common.force)
    try file.append(Array(drawing.svg.utf8))
    try file.publish()
    let console = common.console
    try console.object(
      JSONObject([
        ("schema", .string(Self.schema)), ("path", .string(output)),
        ("layers", JSONValue(patterns.count)), ("length", JSONValue(tokens)),
      ]))
    if !common.quiet {
      try console.result(
        "drawn   \(output)  (\(patterns.count.counted("layer")), \(tokens.counted("token")))")
    }
    return 0
  }

  private func subject() throws(LFError) -> (String, [AttentionPattern], Int) {
    if let attention {
      var settings: ModelConfiguration?
      if let model { settings = try Inspection.configuration(of: model).attending(attention) }
      let patterns: [AttentionPattern]
      if let settings {
        patterns = settings.attention
      } else {
        patterns = try attention.patterns(layers: attention.layerCount ?? 1, heads: 12)
      }
      for rule in patterns.map(\.rule) {
        if let length { try rule.check(length: length, heads: 12, headSize: 1) }
      }
      return (
        attention.text + (model.map { ", with the layers of \(Paths.name($0))" } ?? ""), patterns,
        settings?.longestInput ?? .max
      )
    }
    guard let model else {
      let patterns = attentionWindow.enumerated().map { layer, window in
        let dilation =
          attentionDilation.count > 1 ? attentionDilation[layer] : attentionDilation.first ?? 1
        return AttentionPattern.slidingWindow(
          SlidingWindow(oneSided: window / 2, dilations: [dilation]))
      }
      return ("Attention windows", patterns, .max)
    }
    let settings = try Inspection.configuration(of: model, options: sourceOptions.open)
    return ("Attention of \(Paths.name(model))", settings.attention, settings.longestInput)
  }
}
