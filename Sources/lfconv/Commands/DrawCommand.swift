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
      Takes a model, or windows and dilations by layer.

      EXAMPLES
        lfconv draw longformer.lfz -o pattern.svg
        lfconv draw --attention-window 32,32,64,64 -o pattern.svg
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

  @Option(help: "Positions of global tokens.", transform: CommandValues.numbers)
  var global: [Int] = [0]

  @Option(help: "Tokens to show; default: as many as show the pattern well.")
  var length: Int?

  @Option(name: [.customShort("o"), .long], help: "The SVG file to write.")
  var output: String

  @OptionGroup var sourceOptions: SourceOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    guard (model == nil) != attentionWindow.isEmpty else {
      throw ValidationError("Give a model, or --attention-window.")
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
      title: title, patterns: patterns, length: tokens, globals: global)
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
