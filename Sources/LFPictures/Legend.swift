/// What the colours of a picture mean.
package enum Legend {
  package static func html(_ items: [(kind: String, name: String)]) -> String {
    let spans = items.map { item in
      "<span><svg viewBox=\"0 0 12 12\" aria-hidden=\"true\"><rect class=\"\(item.kind)\" "
        + "width=\"12\" height=\"12\" rx=\"2\"/></svg>\(Markup.text(item.name))</span>"
    }
    return "<div class=\"key\">" + spans.joined() + "</div>"
  }
}
