import LFCore
import LFPictures

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The largest error of each output as a multiple of its tolerance, from the
/// embeddings to the head.
struct ErrorCurve {
  let outputs: [OutputComparison]

  /// One picture for wide windows and one for narrow ones, whose letters keep
  /// their size.
  var html: String {
    "<div class=\"wide-only\">\(Plot(outputs, width: 470).svg)</div>"
      + "<div class=\"narrow-only\">\(Plot(outputs, width: 280).svg)</div>"
  }

  private struct Plot {
    let outputs: [OutputComparison]
    let width: Double
    private let left = 54.0
    private var right: Double { width - 8 }
    private let top = 10.0
    private let bottom = 190.0
    private let low: Int
    private let high: Int

    init(_ outputs: [OutputComparison], width: Double) {
      self.outputs = outputs
      self.width = width
      // Whole powers of ten around everything that is drawn, the tolerance included.
      let shares = outputs.map(\.share) + outputs.map(\.rootMeanSquareShare) + [1]
      let powers = shares.filter { $0.isFinite && $0 > 0 }.map { max(-6, min(12, log10($0))) }
      low = Int((powers.min() ?? -1).rounded(.down))
      high = max(low + 1, Int((powers.max() ?? 0).rounded(.up)))
    }

    private func y(_ value: Double) -> Double {
      let power = value.isFinite ? log10(value) : Double(high)
      let share = (max(Double(low), min(Double(high), power)) - Double(low)) / Double(high - low)
      return bottom - share * (bottom - top)
    }

    private func x(_ index: Int) -> Double {
      outputs.count < 2
        ? (left + right) / 2
        : left + 16 + Double(index) * (right - left - 32) / Double(outputs.count - 1)
    }

    var svg: String {
      var text = "<svg viewBox=\"0 0 \(Int(width)) 266\" role=\"img\" "
      text += "aria-label=\"largest error of each output as a multiple of the tolerance\">\n"
      for decade in stride(from: low, through: high, by: high - low > 8 ? 2 : 1) {
        text += line("grid-line", at: y(pow(10, Double(decade))))
        text += "<text x=\"\(Int(left) - 6)\" y=\"\(Markup.number(y(pow(10, Double(decade)))))\" "
        text += "dy=\"4\" text-anchor=\"end\">\(Self.multiple(decade))</text>\n"
      }
      text += line("limit", at: y(1))
      text += "<text x=\"\(Int(right))\" y=\"\(Markup.number(y(1)))\" dy=\"-4\" "
      text += "text-anchor=\"end\">tolerance</text>\n"
      let chain = outputs.indices.filter { outputs[$0].layer != nil }
      for (name, value) in [("rmse", \OutputComparison.rootMeanSquareShare), ("curve", \.share)] {
        let points = chain.map {
          Markup.number(x($0)) + "," + Markup.number(y(outputs[$0][keyPath: value]))
        }
        text += "<polyline class=\"\(name)\" points=\"\(points.joined(separator: " "))\"/>\n"
      }
      return text + dots + "</svg>"
    }

    private var dots: String {
      var text = ""
      let most = width < 400 ? 12 : 24
      let step = (outputs.count + most - 1) / most
      for (index, output) in outputs.enumerated() {
        let place = Markup.number(x(index))
        text += "<circle class=\"dot\(output.passed ? "" : " off")\" cx=\"\(place)\" "
        text += "cy=\"\(Markup.number(y(output.share)))\" r=\"4.5\"><title>"
        text += "\(Markup.text(output.name)): \(output.timesTolerance) × the tolerance"
        text += "</title></circle>"
        guard index.isMultiple(of: step) || output.layer == nil else { continue }
        text += "<text transform=\"translate(\(place) \(Int(bottom) + 14)) rotate(-32)\" "
        text += "text-anchor=\"end\">\(Markup.text(label(output)))</text>\n"
      }
      return text
    }

    private func line(_ kind: String, at y: Double) -> String {
      "<line class=\"\(kind)\" x1=\"\(Int(left))\" x2=\"\(Int(right))\" "
        + "y1=\"\(Markup.number(y))\" y2=\"\(Markup.number(y))\"/>"
    }

    /// A power of ten as a multiple.
    private static func multiple(_ decade: Int) -> String {
      switch decade {
      case 0: "1 ×"
      case 1...3: "1" + String(repeating: "0", count: decade) + " ×"
      case -3 ... -1: "0." + String(repeating: "0", count: -decade - 1) + "1 ×"
      default: "1e\(decade) ×"
      }
    }

    private func label(_ output: OutputComparison) -> String {
      if let layer = output.layer { return layer == 0 ? "embeddings" : "layer \(layer)" }
      return printable(output.name, limit: 18)
    }
  }
}

extension OutputComparison {
  /// The largest error as a multiple of the tolerance; infinite where there is
  /// none to compare.
  fileprivate var share: Double { worst?.share ?? .infinity }
}
