#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Lines over a common axis, as SVG that takes its colours from the style sheet:
/// classes `line0` … `line7` and `grid-line`.
package struct LineChart {
  /// One line.
  package struct Series {
    let name: String
    let points: [(x: Double, y: Double)]
    let color: Int

    /// - Parameters:
    ///   - points: those that are not finite are left out.
    ///   - color: the number of the line's class.
    package init(name: String, points: [(x: Double, y: Double)], color: Int) {
      self.name = name
      self.points = points.filter { $0.x.isFinite && $0.y.isFinite }
      self.color = color % LineChart.colors
    }
  }

  /// Classes that the style sheet has.
  package static let colors = 8

  let label: String
  let series: [Series]
  let isLogarithmic: Bool
  let format: (Double) -> String

  /// A chart.
  ///
  /// - Parameters:
  ///   - label: what is shown, for those who cannot see it.
  ///   - isLogarithmic: whether both axes are; only positive points are shown then.
  ///   - format: of the numbers at the left.
  package init(
    label: String, series: [Series], isLogarithmic: Bool = false,
    format: @escaping (Double) -> String = { Markup.number($0) }
  ) {
    self.label = label
    self.isLogarithmic = isLogarithmic
    self.format = format
    self.series =
      isLogarithmic
      ? series.map {
        Series(
          name: $0.name, points: $0.points.filter { $0.x > 0 && $0.y > 0 }, color: $0.color)
      } : series
  }

  private static let width = 520.0
  private static let height = 250.0
  private static let left = 52.0
  private static let right = 12.0
  private static let top = 10.0
  private static let bottom = 26.0

  /// The picture, with a table of its values as tooltips of the points.
  package var svg: String {
    let points = series.flatMap(\.points)
    guard !points.isEmpty else { return "<p class=\"soft\">nothing to show</p>" }
    let xs = axis(points.map(\.x), fromZero: false)
    let ys = axis(points.map(\.y), fromZero: !isLogarithmic)
    var text = "<svg viewBox=\"0 0 \(Int(Self.width)) \(Int(Self.height))\" role=\"img\""
    text += Markup.attribute("aria-label", label) + ">"
    for tick in ys.ticks {
      let y = Markup.number(place(tick, ys, vertical: true))
      text += "<line class=\"grid-line\" x1=\"\(Int(Self.left))\" y1=\"\(y)\" "
      text += "x2=\"\(Int(Self.width - Self.right))\" y2=\"\(y)\"/>"
      text += "<text x=\"\(Int(Self.left - 6))\" y=\"\(y)\" dy=\"4\" text-anchor=\"end\">"
      text += Markup.text(format(tick)) + "</text>"
    }
    for tick in xs.ticks {
      let x = Markup.number(place(tick, xs, vertical: false))
      text += "<text x=\"\(x)\" y=\"\(Int(Self.height - 8))\" text-anchor=\"middle\">"
      text += Markup.number(tick) + "</text>"
    }
    for line in series {
      let path = line.points.enumerated().map { index, point in
        "\(index == 0 ? "M" : "L")\(Markup.number(place(point.x, xs, vertical: false))) "
          + Markup.number(place(point.y, ys, vertical: true))
      }
      text += "<path class=\"line line\(line.color)\" d=\"\(path.joined())\"/>"
      for point in line.points {
        text += "<circle class=\"dot line\(line.color)\" r=\"2.6\" cx=\""
        text += Markup.number(place(point.x, xs, vertical: false)) + "\" cy=\""
        text += Markup.number(place(point.y, ys, vertical: true)) + "\"><title>"
        text += Markup.text("\(line.name), \(Markup.number(point.x)): \(format(point.y))")
        text += "</title></circle>"
      }
    }
    return text + "</svg>"
  }

  /// A range with round numbers in it.
  private struct Axis {
    let low: Double
    let high: Double
    let ticks: [Double]
  }

  private func axis(_ values: [Double], fromZero: Bool) -> Axis {
    let least = fromZero ? min(0, values.min() ?? 0) : values.min() ?? 0
    let most = values.max() ?? 1
    if isLogarithmic {
      // Powers of two or ten, whichever leaves a handful.
      let base = most / least > 300 ? 10.0 : 2.0
      let first = (log(least) / log(base) + 1e-9).rounded(.down)
      let last = max(first + 1, (log(most) / log(base) - 1e-9).rounded(.up))
      let ticks = stride(from: first, through: last, by: 1).map { pow(base, $0) }
      return Axis(low: min(least, ticks[0]), high: max(most, ticks[ticks.count - 1]), ticks: ticks)
    }
    let span = most > least ? most - least : max(abs(most), 1)
    let raw = span / 5
    let power = pow(10, log10(raw).rounded(.down))
    let step = power * ([1, 2, 5, 10].first { $0 * power >= raw } ?? 10)
    let low = (least / step).rounded(.down) * step
    let high = max(low + step, (most / step - 1e-9).rounded(.up) * step)
    let count = Int(((high - low) / step).rounded())
    let ticks = (0...min(count, 12)).map { low + Double($0) * step }
    return Axis(
      low: fromZero ? low : least, high: fromZero ? high : max(most, least + 1e-9),
      ticks: fromZero ? ticks : ticks.filter { $0 >= least && $0 <= most })
  }

  private func place(_ value: Double, _ axis: Axis, vertical: Bool) -> Double {
    let (low, high, at) =
      isLogarithmic
      ? (log(axis.low), log(axis.high), log(value)) : (axis.low, axis.high, value)
    let share = high > low ? (at - low) / (high - low) : 0.5
    if vertical {
      return Self.height - Self.bottom - share * (Self.height - Self.bottom - Self.top)
    }
    return Self.left + share * (Self.width - Self.left - Self.right)
  }
}
