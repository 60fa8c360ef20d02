/// Where the panels of a drawing are, in pixels: whole ones for each cell, so
/// that edges are sharp and regular patterns stay regular.
struct DrawingLayout {
  /// Between panels, and around them.
  static let gap = 16
  /// Height of a line of a caption.
  static let line = 13
  private static let top = 56
  private static let columns = 6
  /// Widths of letters of captions and title, at least as wide as they come out.
  private static let letter = 6
  private static let titleLetter = 9

  /// The side of a panel.
  let panel: Int
  let width: Int
  let height: Int
  private let columns: Int
  private let captionHeight: Int

  /// - Parameters:
  ///   - captions: of all panels.
  ///   - cells: of a panel's side.
  init(captions: [String], cells: Int) {
    // A few panels are large enough to be looked at alone.
    let wanted = captions.count == 1 ? 360 : captions.count == 2 ? 260 : 160
    panel = cells * max(1, (2 * wanted + cells) / (2 * cells))
    columns = max(1, min(captions.count, Self.columns))
    width = max(480, columns * (panel + Self.gap) + Self.gap)
    let room = Self.room(panel)
    let most = captions.lazy.map { Self.wrapped($0, room).count }.max() ?? 1
    captionHeight = 31 + max(1, most) * Self.line
    let rows = (captions.count + columns - 1) / columns
    height = Self.top + rows * (panel + captionHeight) + 34
  }

  /// The upper left corner of a panel.
  func place(_ index: Int) -> (x: Int, y: Int) {
    (
      Self.gap + index % columns * (panel + Self.gap),
      Self.top + index / columns * (panel + captionHeight)
    )
  }

  /// As much of the title as there is room for.
  func title(_ text: String) -> String {
    let limit = width / Self.titleLetter
    return text.count <= limit ? text : text.prefix(limit - 1) + "…"
  }

  /// A caption in as many lines as it takes.
  func lines(_ caption: String) -> [String] { Self.wrapped(caption, Self.room(panel)) }

  /// Letters that have room below a panel.
  private static func room(_ panel: Int) -> Int { (panel + gap / 2) / letter }

  private static func wrapped(_ text: String, _ room: Int) -> [String] {
    var lines: [String] = []
    for word in text.split(separator: " ") {
      if let last = lines.last, last.count + 1 + word.count <= room {
        lines[lines.count - 1] = last + " " + word
      } else {
        lines.append(String(word))
      }
    }
    return lines
  }
}
