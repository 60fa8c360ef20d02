import LFCore
import LFPictures

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The largest error of each output, from the embeddings to the head.
struct ErrorCurve {
  let outputs: [OutputComparison]
  let tolerance: Tolerance?

  private let width = 470.0
  private let left = 54.0
  private let right = 462.0
  private let top = 10.0
  private let bottom = 190.0

  var svg: String {
    let (low, high) = decades
    func y(_ value: Double) -> Double {
      let power = value.isFinite ? log10(value) : Double(high)
      let share = (max(Double(low), min(Double(high), power)) - Double(low)) / Double(high - low)
      return bottom - share * (bottom - top)
    }
    func x(_ index: Int) -> Double {
      outputs.count < 2
        ? (left + right) / 2
        : left + 16 + Double(index) * (right - left - 32) / Double(outputs.count - 1)
    }
    var text = "<svg viewBox=\"0 0 \(Int(width)) 250\" role=\"img\" "
    text += "aria-label=\"largest error of each output\">\n"
    for decade in stride(from: low, through: high, by: high - low > 8 ? 2 : 1) {
      let line = Markup.number(bottom - Double(decade - low) / Double(high - low) * (bottom - top))
      text += "<line class=\"grid-line\" x1=\"\(Int(left))\" x2=\"\(Int(right))\" "
      text += "y1=\"\(line)\" y2=\"\(line)\"/>"
      text += "<text x=\"\(Int(left) - 6)\" y=\"\(line)\" dy=\"4\" text-anchor=\"end\">"
      text += "1e\(decade)</text>\n"
    }
    if let tolerance, tolerance.absolute > 0 {
      let line = Markup.number(y(tolerance.absolute))
      text += "<line class=\"limit\" x1=\"\(Int(left))\" x2=\"\(Int(right))\" "
      text += "y1=\"\(line)\" y2=\"\(line)\"/><text x=\"\(Int(right))\" y=\"\(line)\" dy=\"-4\" "
      text += "text-anchor=\"end\">atol \(tolerance.absolute.rounded3)</text>\n"
    }
    let chain = outputs.indices.filter { outputs[$0].layer != nil }
    for (name, value) in [("rmse", \OutputComparison.rootMeanSquare), ("curve", \.maxAbsolute)] {
      let points = chain.map {
        Markup.number(x($0)) + "," + Markup.number(y(outputs[$0][keyPath: value]))
      }
      text += "<polyline class=\"\(name)\" points=\"\(points.joined(separator: " "))\"/>\n"
    }
    let step = (outputs.count + 23) / 24
    for (index, output) in outputs.enumerated() {
      let place = Markup.number(x(index))
      text += "<circle class=\"dot\(output.passed ? "" : " off")\" cx=\"\(place)\" "
      text += "cy=\"\(Markup.number(y(output.maxAbsolute)))\" r=\"4.5\"><title>"
      text +=
        "\(Markup.text(output.name)): \(output.maxAbsolute.rounded3)</title></circle>"
      guard index.isMultiple(of: step) || output.layer == nil else { continue }
      text += "<text transform=\"translate(\(place) \(Int(bottom) + 14)) rotate(-32)\" "
      text += "text-anchor=\"end\">\(Markup.text(label(output)))</text>\n"
    }
    return text + "</svg>"
  }

  private func label(_ output: OutputComparison) -> String {
    if let layer = output.layer { return layer == 0 ? "embeddings" : "layer \(layer)" }
    return printable(
      output.name.replacing("_", with: " ").replacing("last hidden state", with: "last"), limit: 18)
  }

  /// Whole powers of ten around everything that is drawn.
  private var decades: (Int, Int) {
    var values = outputs.map(\.maxAbsolute) + outputs.map(\.rootMeanSquare)
    if let tolerance { values.append(tolerance.absolute) }
    let powers = values.filter { $0.isFinite && $0 > 0 }.map { max(-12, min(12, log10($0))) }
    let low = Int((powers.min() ?? -6).rounded(.down))
    let high = Int((powers.max() ?? -5).rounded(.up))
    return (low, max(high, low + 1))
  }
}
