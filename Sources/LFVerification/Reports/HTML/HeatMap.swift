import LFCore
import LFPictures

/// How much of the tolerance each token uses up in each hidden state.
struct HeatMap {
  let details: CaseDetails
  /// Hidden states, the embeddings first, with an error for every token.
  let layers: [OutputComparison]
  private let sequences: [Int]

  init(result: CaseResult, details: CaseDetails) {
    self.details = details
    let length = details.length
    let tokens = details.sequences * length
    let layers = result.outputs.filter { $0.layer != nil && $0.tokenErrors.count == tokens }
    self.layers = layers
    func worst(_ sequence: Int) -> Float {
      layers.reduce(0) { largest, layer in
        layer.tokenErrors[sequence * length..<(sequence + 1) * length].reduce(largest, max)
      }
    }
    // The sequences with the largest errors, in their own order.
    let ranked = (0..<details.sequences).sorted { (worst($0), $1) > (worst($1), $0) }
    sequences = ranked.prefix(4).sorted()
  }

  var caption: String {
    let some =
      details.sequences > sequences.count
      ? " The \(sequences.count.counted("sequence")) with the largest errors of \(details.sequences)."
      : ""
    return "Each token's largest error as a share of the tolerance; warm colours are beyond it."
      + some
  }

  /// One picture for wide windows and one for narrow ones, whose letters keep
  /// their size.
  var html: String {
    "<div class=\"wide-only\">\(svg(width: 1000, most: 160))</div>"
      + "<div class=\"narrow-only\">\(svg(width: 290, most: 56))</div>" + key
  }

  private func svg(width: Double, most: Int) -> String {
    let columns = min(details.length, most)
    let label = 86.0
    let cell = (width - label - 8) / Double(columns)
    let row = max(9.0, min(22.0, 150 / Double(layers.count)))
    let block = row * Double(layers.count) + 34
    let height = block * Double(sequences.count)
    var text =
      "<svg class=\"map\" viewBox=\"0 0 \(Int(width)) \(Markup.number(height))\" role=\"img\" "
    text += "aria-label=\"error by token and layer\">\n"
    for (place, sequence) in sequences.enumerated() {
      let top = Double(place) * block + 14
      text += strip(sequence, columns, cell, label, top)
      for (index, layer) in layers.enumerated() {
        let y = top + Double(index) * row
        text += cells(layer, sequence, columns, cell, label, y, row)
        guard index.isMultiple(of: max(1, Int((11 / row).rounded(.up)))) else { continue }
        let name = layer.layer == 0 ? "embeddings" : "layer \(layer.layer ?? 0)"
        text += "<text x=\"\(Int(label) - 8)\" y=\"\(Markup.number(y + row / 2))\" dy=\"4\" "
        text += "text-anchor=\"end\">\(name)</text>\n"
      }
      let bottom = Markup.number(top + row * Double(layers.count) + 13)
      for share in [0.0, 0.25, 0.5, 0.75, 1] {
        let token = Int((Double(details.length - 1) * share).rounded())
        let bucket = token * columns / details.length
        text += "<text x=\"\(Markup.number(label + (Double(bucket) + 0.5) * cell))\" "
        text += "y=\"\(bottom)\" text-anchor=\"middle\">\(token)</text>"
        if details.length < 5 { break }
      }
      if sequences.count > 1 {
        text += "<text x=\"\(Int(label) - 8)\" y=\"\(bottom)\" text-anchor=\"end\">"
        text += "sequence \(sequence)</text>\n"
      }
    }
    return text + "</svg>"
  }

  /// Marks of global tokens and of padding above the cells.
  private func strip(
    _ sequence: Int, _ columns: Int, _ cell: Double, _ label: Double, _ top: Double
  ) -> String {
    var text = ""
    for column in 0..<columns {
      let tokens = tokens(column, columns, sequence)
      let isGlobal = tokens.contains { details.isGlobal[$0] }
      guard isGlobal || tokens.allSatisfy({ !details.isKept[$0] }) else { continue }
      text += "<rect class=\"\(isGlobal ? "global" : "pad")\" "
      text += "x=\"\(Markup.number(label + Double(column) * cell))\" "
      text += "y=\"\(Markup.number(top - (isGlobal ? 8 : 4)))\" "
      text +=
        "width=\"\(Markup.number(max(1, cell - min(1, cell / 4))))\" height=\"\(isGlobal ? 6 : 2)\"/>"
    }
    return text + "\n"
  }

  private func tokens(_ column: Int, _ columns: Int, _ sequence: Int) -> Range<Int> {
    let start = sequence * details.length
    let first = column * details.length / columns
    return start + first..<start + max(first + 1, (column + 1) * details.length / columns)
  }

  /// One row; neighbours of the same colour are one rectangle.
  private func cells(
    _ layer: OutputComparison, _ sequence: Int, _ columns: Int, _ cell: Double, _ label: Double,
    _ y: Double, _ height: Double
  ) -> String {
    var text = ""
    let kinds = (0..<columns).map { column in
      Self.kind(layer.tokenErrors[tokens(column, columns, sequence)].max() ?? 0)
    }
    var start = 0
    for column in 1...columns where column == columns || kinds[column] != kinds[start] {
      text +=
        "<rect class=\"\(kinds[start])\" x=\"\(Markup.number(label + Double(start) * cell))\" "
      text += "y=\"\(Markup.number(y))\" width=\"\(Markup.number(Double(column - start) * cell))\" "
      text += "height=\"\(Markup.number(height - 1))\"/>"
      start = column
    }
    return text + "\n"
  }

  private static let limits: [Float] = [0.01, 0.1, 1, 10, 100, 1000, 10_000]

  private static func kind(_ share: Float) -> String {
    guard share.isFinite else { return "ex" }
    return "e\(limits.firstIndex { share <= $0 } ?? limits.count)"
  }

  private var key: String {
    let names = [
      "≤ 1 %", "≤ 10 %", "≤ 100 % of the tolerance", "≤ 10 ×", "≤ 100 ×", "≤ 1000 ×",
      "≤ 10 000 ×", "more",
    ]
    var items = names.enumerated().map { ("e\($0.offset)", $0.element) }
    items += [("ex", "not finite"), ("global", "global token"), ("pad", "padding")]
    return Legend.html(items)
  }
}
