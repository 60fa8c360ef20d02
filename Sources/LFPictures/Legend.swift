/// What the colours of a picture mean: classes of the style sheet, each with
/// what it stands for.
package enum Legend {
  /// The colours of an attention pattern.
  package static let attention = [
    (kind: "band", name: "local"), (kind: "global", name: "global"),
    (kind: "none", name: "not seen"),
  ]

  /// A line of HTML.
  package static func html(_ items: [(kind: String, name: String)]) -> String {
    let spans = items.map { item in
      "<span><svg viewBox=\"0 0 12 12\" aria-hidden=\"true\"><rect class=\"\(item.kind)\" "
        + "width=\"12\" height=\"12\" rx=\"2\"/></svg>\(Markup.text(item.name))</span>"
    }
    return "<div class=\"key\">" + spans.joined() + "</div>"
  }

  /// A line of SVG that begins at a point.
  package static func svg(_ items: [(kind: String, name: String)], x: Int, y: Int) -> String {
    items.enumerated().map { index, item in
      let place = x + index * 100
      return "<rect class=\"\(item.kind)\" x=\"\(place)\" y=\"\(y)\" width=\"11\" height=\"11\"/>"
        + "<text x=\"\(place + 17)\" y=\"\(y + 10)\">\(Markup.text(item.name))</text>\n"
    }.joined()
  }
}
