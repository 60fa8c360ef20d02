import LFCore
public import LFFamilies
import LFPictures

/// The attention pattern of a model as a picture, one panel a layer.
public struct AttentionDrawing: Sendable {
  /// Shown above the panels.
  public var title: String
  /// Of every layer.
  public var patterns: [AttentionPattern]
  /// Tokens that are shown.
  public var length: Int
  /// Positions of global tokens.
  public var globals: [Int]

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
    let layout = Layout(panels: patterns.count, cells: picture.side)
    let about = "\(length.counted("token")): queries from top to bottom, keys from left to right"
    let title = layout.title(title)
    var text = """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(layout.width) \(layout.height)" \
      width="\(layout.width)" height="\(layout.height)" role="img" aria-label="\(Markup.text(title))">
      <style>\(Self.style)</style>
      <text x="\(Layout.gap)" y="24" font-size="15" font-weight="600">\(Markup.text(title))</text>
      <text class="soft" x="\(Layout.gap)" y="42">\(about)</text>

      """
    for (layer, rule) in patterns.map(\.rule).enumerated() {
      let heads = rule.distinctHeads(of: .max)
      let (x, y) = layout.place(layer)
      text += "<svg x=\"\(x)\" y=\"\(y)\" width=\"\(layout.panel)\" height=\"\(layout.panel)\" "
      text += "viewBox=\"0 0 100 100\">\(picture.shapes(rule, heads: heads))</svg>\n"
      text += "<text x=\"\(x)\" y=\"\(y + layout.panel + 15)\">layer \(layer + 1)</text>\n"
      text += "<text class=\"soft\" x=\"\(x)\" y=\"\(y + layout.panel + 29)\" font-size=\"10\">"
      text += "\(Markup.text(layout.caption(rule.description)))</text>\n"
    }
    return text + Legend.svg(Legend.attention, x: Layout.gap, y: layout.height - 22) + "</svg>\n"
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

  /// Where the panels are, in pixels: whole ones for each cell, so that edges
  /// are sharp and regular patterns stay regular.
  private struct Layout {
    static let gap = 16
    private static let top = 56
    private static let captions = 44
    let panel: Int
    let width: Int
    let height: Int
    private let columns: Int

    init(panels: Int, cells: Int) {
      panel = cells * max(1, (320 + cells) / (2 * cells))  // about 160
      columns = min(panels, 6)
      width = max(420, columns * (panel + Self.gap) + Self.gap)
      let rows = (panels + 5) / 6
      height = Self.top + rows * (panel + Self.captions) + 34
    }

    /// The upper left corner of a panel.
    func place(_ layer: Int) -> (x: Int, y: Int) {
      let column = layer % columns
      return (
        Self.gap + column * (panel + Self.gap),
        Self.top + layer / columns * (panel + Self.captions)
      )
    }

    /// As much of a line as there is room for.
    func title(_ text: String) -> String { Self.cut(text, width / 9) }
    func caption(_ text: String) -> String { Self.cut(text, (panel + Self.gap) / 5) }

    private static func cut(_ text: String, _ limit: Int) -> String {
      text.count <= limit ? text : text.prefix(limit - 1) + "…"
    }
  }
}
