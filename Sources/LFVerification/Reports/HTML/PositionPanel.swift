import LFCore
import LFPictures

/// The position table's rows compared with each other.
struct PositionPanel {
  let picture: PositionPicture

  var caption: String {
    let rows = "\(picture.rowCount.counted("row")) compared with each other. "
    if let period = picture.period {
      return rows
        + "After the reserved rows every row repeats after \(period): the table is tiled."
    }
    return picture.isRepeated.contains(true)
      ? rows + "Some rows are equal, but they do not repeat at one distance throughout."
      : rows + "No two rows are equal: the table is not tiled."
  }

  var svg: String {
    let side = picture.side
    // One path a colour: far smaller than one element a cell.
    var paths = ["s1": "", "s2": "", "s3": "", "s4": "", "same": ""]
    for row in 0..<side {
      var column = 0
      while column < side {
        let kind = kind(row, column)
        var end = column + 1
        while end < side, self.kind(row, end) == kind { end += 1 }
        if let kind {
          paths[kind, default: ""] += "M\(column) \(row)h\(end - column)v1h-\(end - column)z"
        }
        column = end
      }
    }
    var text = "<svg viewBox=\"0 0 \(side) \(side)\" role=\"img\" shape-rendering=\"crispEdges\" "
    text += "aria-label=\"similarity of position rows\">"
    text += "<rect class=\"none\" width=\"\(side)\" height=\"\(side)\"/>\n"
    for (kind, path) in paths.sorted(by: { $0.key < $1.key }) where !path.isEmpty {
      text += "<path class=\"\(kind)\" d=\"\(path)\"/>\n"
    }
    return text + "</svg>"
      + Legend.html([
        ("same", "equal rows"), ("s4", "cosine ≥ 0.75"), ("s3", "≥ 0.5"), ("s2", "≥ 0.25"),
        ("s1", "≥ 0.1"),
      ])
  }

  private func kind(_ row: Int, _ column: Int) -> String? {
    let cell = row * picture.side + column
    if row == column || picture.isRepeated[cell] { return "same" }
    switch picture.similarity[cell] {
    case 0.75...: return "s4"
    case 0.5...: return "s3"
    case 0.25...: return "s2"
    case 0.1...: return "s1"
    default: return nil
    }
  }
}
