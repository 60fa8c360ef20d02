import ModelFamilies

/// Which keys each query sees, as shapes of a square of 100 by 100: queries
/// from top to bottom, keys from left to right.
struct AttentionPicture {
  /// For every token whether it is global, and whether it is no padding.
  let isGlobal: [Bool]
  let isKept: [Bool]

  private var length: Int { isGlobal.count }

  /// The pattern in words, as in "window 512, dilation 1, 2".
  static func name(_ pattern: AttentionPattern) -> String {
    guard case .slidingWindow(let window) = pattern else { return "full attention" }
    var text = "window \(window.oneSided * 2)"
    let dilations = Set(window.dilations).sorted()
    if dilations != [1] {
      text += ", dilation \(dilations.map(String.init).joined(separator: ", "))"
    }
    return text + (window.isCausal ? ", causal" : "")
  }

  /// The shapes, as elements of SVG that bear the classes band, global, none and
  /// veil.
  func shapes(_ pattern: AttentionPattern) -> String {
    let length = Double(self.length)
    let scale = 100 / length
    guard case .slidingWindow(let window) = pattern else {
      return "<rect class=\"band\" width=\"100\" height=\"100\"/>"
    }
    var text = "<rect class=\"none\" width=\"100\" height=\"100\"/>"
    for dilation in Set(window.dilations).sorted() {
      for band in bands(window, dilation) { text += polygon(band, length, scale) }
    }
    let padding = runs { !isKept[$0] }
    let globals = runs { isGlobal[$0] }
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
    return text
  }

  /// Ranges of key − query that are seen, neighbours joined.
  private func bands(_ window: SlidingWindow, _ dilation: Int) -> [ClosedRange<Int>] {
    let last = length - 1
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
    for token in 0..<length where isInside(token) {
      if let last = runs.last, last.upperBound == token {
        runs[runs.count - 1] = last.lowerBound..<token + 1
      } else {
        runs.append(token..<token + 1)
      }
    }
    return runs
  }
}
