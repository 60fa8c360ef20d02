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

  /// So many tokens that the widest band takes about a third of the panel.
  public static func suggestedLength(_ patterns: [AttentionPattern], longest: Int) -> Int {
    // Patterns that reach any distance look the same at every length.
    let middle = 1 << 40
    let reaches = patterns.map(\.rule).flatMap { rule in
      rule.distinctHeads(of: .max).map { head in
        middle
          - (rule.visibleKeys(query: middle, head: head, length: 2 * middle).first?.first ?? middle)
      }
    }
    let reach = reaches.filter { $0 < middle }.max() ?? 0
    return min(longest, max(48, max(8, reach) * 6))
  }

  /// The picture, for light and dark surroundings.
  public var svg: String {
    let columns = min(patterns.count, 6)
    let rows = (patterns.count + columns - 1) / columns
    let (cell, gap, top) = (120, 16, 56)
    let width = max(360, columns * (cell + gap) + gap)
    let height = top + rows * (cell + 44) + 44
    let isGlobal = (0..<length).map { globals.contains($0) }
    let picture = AttentionPicture(
      isGlobal: isGlobal, isKept: Array(repeating: true, count: length))
    var text = """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(width) \(height)" width="\(width)" \
      height="\(height)" role="img" aria-label="\(Markup.text(title))">
      <style>
      svg { font: 12px system-ui, sans-serif; background: #fff }
      text { fill: #1d2530 } .soft { fill: #5b6675 }
      .none { fill: #e9edf3 } .band { fill: #7f9fe8 } .global { fill: #d98a2b }
      @media (prefers-color-scheme: dark) {
        svg { background: #14181f } text { fill: #e6eaf0 } .soft { fill: #9aa5b4 }
        .none { fill: #262d38 } .band { fill: #5f83d6 } .global { fill: #e29a45 }
      }
      </style>
      <text x="\(gap)" y="24" font-size="15" font-weight="600">\(Markup.text(title))</text>
      <text class="soft" x="\(gap)" y="42">\(length) tokens: queries from top to bottom, keys from \
      left to right</text>

      """
    for (layer, rule) in patterns.map(\.rule).enumerated() {
      let heads = rule.distinctHeads(of: .max)
      let x = gap + layer % columns * (cell + gap)
      let y = top + layer / columns * (cell + 44)
      text += "<svg x=\"\(x)\" y=\"\(y)\" width=\"\(cell)\" height=\"\(cell)\" "
      text += "viewBox=\"0 0 100 100\">\(picture.shapes(rule, heads: heads))</svg>\n"
      text += "<text x=\"\(x)\" y=\"\(y + cell + 15)\">layer \(layer + 1)</text>\n"
      text += "<text class=\"soft\" x=\"\(x)\" y=\"\(y + cell + 29)\" font-size=\"10\">"
      text += "\(Markup.text(rule.description))</text>\n"
    }
    let keyY = height - 22
    for (index, entry) in [("band", "local"), ("global", "global"), ("none", "not seen")]
      .enumerated()
    {
      let x = gap + index * 100
      text += "<rect class=\"\(entry.0)\" x=\"\(x)\" y=\"\(keyY)\" width=\"11\" height=\"11\"/>\n"
      text += "<text x=\"\(x + 17)\" y=\"\(keyY + 10)\">\(entry.1)</text>\n"
    }
    return text + "</svg>\n"
  }
}
