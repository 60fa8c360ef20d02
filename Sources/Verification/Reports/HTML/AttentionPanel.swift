import ModelFamilies
import TensorCore

/// Which keys each query sees: one picture for layers that are alike.
struct AttentionPanel {
  let details: CaseDetails
  private let sequence: Int

  init(details: CaseDetails) {
    self.details = details
    let length = details.length
    // The first sequence that has a global token shows the most.
    sequence =
      (0..<details.sequences).first { sequence in
        details.isGlobal[sequence * length..<(sequence + 1) * length].contains(true)
      } ?? 0
  }

  var caption: String {
    "Queries from top to bottom, keys from left to right"
      + (details.sequences > 1 ? ", sequence \(sequence)." : ".")
  }

  var html: String {
    var groups: [(layers: ClosedRange<Int>, pattern: AttentionPattern)] = []
    for (index, pattern) in details.configuration.attention.enumerated() {
      if let last = groups.last, last.pattern == pattern {
        groups[groups.count - 1].layers = last.layers.lowerBound...index + 1
      } else {
        groups.append((index + 1...index + 1, pattern))
      }
    }
    var text = "<div class=\"panels\">\n"
    for group in groups {
      let layers =
        group.layers.count == 1
        ? "layer \(group.layers.lowerBound)"
        : "layers \(group.layers.lowerBound)–\(group.layers.upperBound)"
      text += "<div>\(svg(group.pattern))<p>\(layers)<br/><span class=\"soft\">"
      text += "\(name(group.pattern))</span></p></div>\n"
    }
    return text + "</div>"
      + Key.html([("band", "local"), ("global", "global"), ("none", "not seen")])
  }

  private func name(_ pattern: AttentionPattern) -> String {
    guard case .slidingWindow(let window) = pattern else { return "full attention" }
    var text = "window \(window.oneSided * 2)"
    let dilations = Set(window.dilations).sorted()
    if dilations != [1] {
      text += ", dilation \(dilations.map(String.init).joined(separator: ", "))"
    }
    return text + (window.isCausal ? ", causal" : "")
  }

  private func svg(_ pattern: AttentionPattern) -> String {
    let length = Double(details.length)
    let scale = 100 / length
    let start = sequence * details.length
    var text = "<svg viewBox=\"0 0 100 100\" role=\"img\" aria-label=\"attention pattern\">"
    guard case .slidingWindow(let window) = pattern else {
      return text + "<rect class=\"band\" width=\"100\" height=\"100\"/></svg>"
    }
    text += "<rect class=\"none\" width=\"100\" height=\"100\"/>"
    for dilation in Set(window.dilations).sorted() {
      for band in bands(window, dilation) { text += polygon(band, length, scale) }
    }
    let padding = runs { !details.isKept[start + $0] }
    let globals = runs { details.isGlobal[start + $0] }
    for run in globals {
      let begin = Double(run.lowerBound) * scale
      let width = max(0.8, Double(run.count) * scale)
      let (from, size) = (Markup.number(begin), Markup.number(width))
      // No key after the query, global ones included, in a causal layer.
      let below = Markup.number(window.isCausal ? begin : 0)
      let height = Markup.number(window.isCausal ? 100 - begin : 100)
      let reach = Markup.number(window.isCausal ? min(100, begin + width) : 100)
      text += "<rect class=\"global\" x=\"\(from)\" y=\"\(below)\" width=\"\(size)\" "
      text += "height=\"\(height)\"/>"
      text += "<rect class=\"global\" y=\"\(from)\" width=\"\(reach)\" height=\"\(size)\"/>"
    }
    for run in padding {
      let from = Markup.number(Double(run.lowerBound) * scale)
      let size = Markup.number(Double(run.count) * scale)
      text += "<rect class=\"veil\" x=\"\(from)\" width=\"\(size)\" height=\"100\"/>"
      text += "<rect class=\"veil\" y=\"\(from)\" width=\"100\" height=\"\(size)\"/>"
    }
    return text + "</svg>"
  }

  /// Ranges of key − query that are seen, neighbours joined.
  private func bands(_ window: SlidingWindow, _ dilation: Int) -> [ClosedRange<Int>] {
    let last = details.length - 1
    let high = window.isCausal ? 0 : min(last, window.oneSided * dilation)
    let low = -min(last, window.oneSided * dilation)
    if dilation == 1 { return [low...high] }
    let reach = min(window.oneSided, last / dilation)
    return (-reach...(window.isCausal ? 0 : reach)).map { $0 * dilation...$0 * dilation }
  }

  /// The band low ≤ key − query ≤ high, each token being one unit wide.
  private func polygon(_ band: ClosedRange<Int>, _ length: Double, _ scale: Double) -> String {
    let low = Double(band.lowerBound) - 0.5
    let high = Double(band.upperBound) + 0.5
    func begin(_ edge: Double) -> (Double, Double) { edge >= 0 ? (edge, 0) : (0, -edge) }
    func end(_ edge: Double) -> (Double, Double) {
      edge >= 0 ? (length, length - edge) : (length + edge, length)
    }
    var points = [begin(high), end(high)]
    if low < 0, high > 0 { points.append((length, length)) }
    points += [end(low), begin(low)]
    if low < 0, high > 0 { points.append((0, 0)) }
    let text = points.map {
      Markup.number(max(0, min(length, $0.0)) * scale) + ","
        + Markup.number(max(0, min(length, $0.1)) * scale)
    }
    return "<polygon class=\"band\" points=\"\(text.joined(separator: " "))\"/>"
  }

  private func runs(_ isInside: (Int) -> Bool) -> [Range<Int>] {
    var runs: [Range<Int>] = []
    for token in 0..<details.length where isInside(token) {
      if let last = runs.last, last.upperBound == token {
        runs[runs.count - 1] = last.lowerBound..<token + 1
      } else {
        runs.append(token..<token + 1)
      }
    }
    return runs
  }
}
