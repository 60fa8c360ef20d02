import LFCore
public import LFFamilies
import LFPictures

/// The attention pattern of a model as a picture: one panel for layers that are
/// alike, and for heads of them that see different keys.
public struct AttentionDrawing: Sendable {
  /// Shown above the panels.
  public var title: String
  /// Of every layer.
  public var patterns: [AttentionPattern]
  /// Tokens that are shown.
  public var length: Int
  /// Positions of global tokens.
  public var globals: [Int]
  /// Heads of a layer; nil where they are not known.
  public var headCount: Int?

  /// A drawing; positions beyond the length are left out.
  public init(title: String, patterns: [AttentionPattern], length: Int, globals: [Int]) {
    self.title = title
    self.patterns = patterns
    self.length = length
    self.globals = globals
  }

  /// Most tokens that a picture can show.
  package static let mostTokens = 1 << 20

  /// So many tokens that the widest band takes about a third of the panel.
  public static func suggestedLength(_ patterns: [AttentionPattern], longest: Int) -> Int {
    // Patterns that reach any distance look the same at every length.
    let middle = 1 << 40
    let own = patterns.compactMap(\.rule.pictureLength).max() ?? 0
    let rules = patterns.map(\.rule).filter { $0.pictureLength == nil }
    let reaches = rules.flatMap { rule in
      rule.distinctHeads(of: .max).map { head in
        middle
          - (rule.visibleKeys(query: middle, head: head, length: 2 * middle).first?.first ?? middle)
      }
    }
    let reach = reaches.filter { $0 < middle }.max() ?? 0
    return min(longest, mostTokens, max(48, own, max(8, reach) * 6))
  }

  /// The picture, for light and dark surroundings.
  public var svg: String {
    let places = Set(globals)
    let picture = AttentionPicture(
      isGlobal: (0..<length).map(places.contains),
      isKept: Array(repeating: true, count: length))
    let panels = DrawnPanel.all(patterns, headCount: headCount, length: length)
    let layout = DrawingLayout(captions: panels.map(\.caption), cells: picture.side)
    let about = "\(length.counted("token")): queries from top to bottom, keys from left to right"
    let title = layout.title(title)
    let gap = DrawingLayout.gap
    var text = """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(layout.width) \(layout.height)" \
      width="\(layout.width)" height="\(layout.height)" role="img" aria-label="\(Markup.text(title))">
      <style>\(Self.style)</style>
      <text x="\(gap)" y="24" font-size="15" font-weight="600">\(Markup.text(title))</text>
      <text class="soft" x="\(gap)" y="42">\(about)</text>

      """
    for (index, panel) in panels.enumerated() {
      let (x, y) = layout.place(index)
      text += "<svg x=\"\(x)\" y=\"\(y)\" width=\"\(layout.panel)\" height=\"\(layout.panel)\" "
      text += "viewBox=\"0 0 100 100\">\(picture.shapes(panel.rule, heads: panel.heads))</svg>\n"
      let below = y + layout.panel + 15
      text += "<text x=\"\(x)\" y=\"\(below)\">\(Markup.text(panel.label))</text>\n"
      for (line, words) in layout.lines(panel.caption).enumerated() {
        text += "<text class=\"soft\" x=\"\(x)\" y=\"\(below + 14 + line * DrawingLayout.line)\" "
        text += "font-size=\"10\">\(Markup.text(words))</text>\n"
      }
    }
    let hasGlobals = !places.isEmpty && patterns.contains { $0.rule.hasGlobalTokens }
    let legend = Legend.attention.filter { $0.kind != "global" || hasGlobals }
    return text + Legend.svg(legend, x: gap, y: layout.height - 22) + "</svg>\n"
  }

  private static let style = """
    svg { font: 12px system-ui, sans-serif; background: #fff }
    text { fill: #1d2530 } .soft { fill: #5b6675 }
    .none { fill: #e9edf3 } .band { fill: #7f9fe8 } .global { fill: #d98a2b }
    @media (prefers-color-scheme: dark) {
      svg { background: #14181f } text { fill: #e6eaf0 } .soft { fill: #9aa5b4 }
      .none { fill: #262d38 } .band { fill: #5f83d6 } .global { fill: #e29a45 }
    }
    """
}
