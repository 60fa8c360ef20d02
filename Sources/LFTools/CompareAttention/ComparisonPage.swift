import LFCore
import LFFamilies
import LFPictures

/// A comparison as one page of HTML that needs nothing from elsewhere.
public struct ComparisonPage {
  /// What was compared.
  public let result: AttentionComparisonResult
  /// Version of the tool, processor and instruction set, in words.
  public let machine: String

  /// A page.
  public init(result: AttentionComparisonResult, machine: String) {
    self.result = result
    self.machine = machine
  }

  /// The page.
  public var html: String {
    """
    <!doctype html>
    <html lang="en"><head><meta charset="utf-8">
    <meta name="viewport" content="width=device-width,initial-scale=1">
    <title>Attention patterns on one model</title><style>\(ComparisonStyle.sheet)</style></head>
    <body><main>
    <h1>Attention patterns on one model</h1>
    <p class="soft">\(about)</p>
    \(key)
    <section class="card"><div class="scroll">\(table)</div></section>
    <div class="grid">
    \(charts)
    </div>
    \(dropped)
    <section class="card inside"><h2>What each query sees</h2>
    <div class="panels">\(pictures)</div>\(Legend.html(Legend.attention))</section>
    <section class="card inside"><h2>How to read this</h2>\(Self.reading)</section>
    </main></body></html>

    """
  }

  private var about: String {
    let tiled =
      result.isTiled
      ? " Inputs longer than \(result.longestInput) tokens repeat the position embeddings." : ""
    return Markup.text(
      "\(result.path), inputs of up to \(result.length) tokens. \(machine).\(tiled)")
  }

  private var key: String {
    let items = result.results.enumerated().map { number, pattern in
      "<span><svg viewBox=\"0 0 12 12\" aria-hidden=\"true\"><rect class=\"fill\(Self.color(number))\""
        + " width=\"12\" height=\"12\" rx=\"3\"/></svg>\(Markup.text(pattern.pattern))</span>"
    }
    return "<div class=\"key\">" + items.joined() + "</div>"
  }

  private static func color(_ number: Int) -> Int { number % LineChart.colors }

  // MARK: Table

  private var hasHead: Bool { result.results.contains { $0.languageModel != nil } }

  private var table: String {
    let heads =
      ["keys a query", "GFLOP", "seconds", "peak memory", "distance at the end", "least cosine"]
      + (hasHead ? ["nats a token", "same best token", "KL"] : [])
    var text = "<table><tr><th>pattern</th>"
    text += heads.map { "<th class=\"n\">\($0)</th>" }.joined() + "</tr>"
    for pattern in result.results {
      let last = pattern.hiddenStates.last
      var cells = [
        Markup.fixed(pattern.keysPerQuery), (pattern.flops / 1e9).rounded3,
        pattern.seconds.rounded3,
        pattern.peakBytes.map { Markup.fixed(Double($0) / 1e6, 0) + " MB" } ?? "–",
        Markup.fixed(last?.relativeRMSE ?? 0, 4), Markup.fixed(last?.smallestCosine ?? 1, 4),
      ]
      if hasHead {
        let head = pattern.languageModel
        cells += [
          head.map { Markup.fixed($0.natsPerToken, 3) } ?? "–",
          head.map { Markup.fixed(100 * $0.top1Agreement) + " %" } ?? "–",
          head.map { Markup.fixed($0.meanKL, 4) } ?? "–",
        ]
      }
      text += "<tr><td><code>\(Markup.text(pattern.pattern))</code></td>"
      text += cells.map { "<td class=\"n\">\($0)</td>" }.joined() + "</tr>"
    }
    return text + "</table>"
  }

  // MARK: Charts

  private var charts: String {
    let others = Array(result.results.enumerated().dropFirst())
    var cards = [
      card(
        "Distance from full attention, by layer",
        "relative root mean square of the difference; layer 0 is the embeddings",
        LineChart(
          label: "distance by layer",
          series: others.map { number, pattern in
            LineChart.Series(
              name: pattern.pattern,
              points: pattern.hiddenStates.enumerated().map {
                (Double($0), $1.relativeRMSE)
              }, color: Self.color(number))
          })),
      card(
        "Distance by position, last layer", "the middle of each range of positions",
        LineChart(
          label: "distance by position",
          series: others.map { number, pattern in
            LineChart.Series(
              name: pattern.pattern,
              points: pattern.byPosition.map {
                (Double($0.range.lowerBound + $0.range.upperBound) / 2, $0.relativeRMSE)
              }, color: Self.color(number))
          })),
    ]
    if hasHead {
      cards.insert(losses, at: 0)
      cards.insert(lossByPosition, at: 1)
    }
    if !result.growth.isEmpty {
      cards.append(
        card(
          "Time over length", "seconds of one forward pass, both axes logarithmic",
          growth("seconds over length", { $0.seconds }) {
            $0 < 1 ? Markup.number(1000 * $0) + " ms" : Markup.number($0) + " s"
          }))
      cards.append(
        card(
          "Memory over length", "most memory of the process, MB, both axes logarithmic",
          growth("memory over length", { $0.peakBytes.map { Double($0) / 1e6 } ?? .nan }) {
            Markup.fixed($0, 0)
          }))
    }
    return cards.joined()
  }

  private var lossByPosition: String {
    card(
      "Loss by position", "nats a scored token, at the middle of each range of positions",
      LineChart(
        label: "loss by position",
        series: result.results.enumerated().map { number, pattern in
          LineChart.Series(
            name: pattern.pattern,
            points: (pattern.languageModel?.byPosition ?? []).map {
              (Double($0.range.lowerBound + $0.range.upperBound) / 2, $0.natsPerToken)
            }, color: Self.color(number))
        }))
  }

  /// A bar a pattern.
  private var losses: String {
    let most =
      result.results.compactMap { $0.languageModel?.natsPerToken }.filter(\.isFinite)
      .max() ?? 1
    let bars = result.results.enumerated().map { number, pattern in
      let nats = pattern.languageModel?.natsPerToken ?? 0
      let width = Markup.fixed(100 * max(0, nats) / max(most, 1e-9))
      return "<div class=\"bar\"><span><code>\(Markup.text(pattern.pattern))</code></span>"
        + "<span class=\"n\">\(Markup.fixed(nats, 3))</span><svg viewBox=\"0 0 100 8\" "
        + "preserveAspectRatio=\"none\" aria-hidden=\"true\"><rect class=\"fill\(Self.color(number))\""
        + " width=\"\(width)\" height=\"8\"/></svg></div>"
    }
    return "<section class=\"card inside\"><h2>Masked-LM loss by pattern</h2>"
      + "<p class=\"soft small\">nats a scored token; less is better</p>\(bars.joined())</section>"
  }

  private func growth(
    _ label: String, _ value: (AttentionComparisonResult.Growth) -> Double,
    format: @escaping (Double) -> String
  ) -> LineChart {
    LineChart(
      label: label,
      series: result.results.enumerated().map { number, pattern in
        LineChart.Series(
          name: pattern.pattern,
          points: result.growth.filter { $0.pattern == pattern.pattern }
            .map { (Double($0.length), value($0)) }, color: Self.color(number))
      }, isLogarithmic: true, format: format)
  }

  private func card(_ title: String, _ caption: String, _ chart: LineChart) -> String {
    "<section class=\"card inside\"><h2>\(title)</h2><p class=\"soft small\">\(caption)</p>"
      + chart.svg + "</section>"
  }

  // MARK: Dropped attention

  /// A map by layer and head for each pattern.
  private var dropped: String {
    let maps = result.results.dropFirst().compactMap { pattern -> String? in
      guard let layers = pattern.droppedAttention, let heads = layers.first?.count, heads > 0
      else { return nil }
      var cells = ""
      for (layer, values) in layers.enumerated() {
        for (head, value) in values.enumerated() {
          let shade = Markup.fixed(max(0, min(1, value)), 3)
          cells += "<rect class=\"drop\" x=\"\(head * 10)\" y=\"\(layer * 10)\" width=\"9.4\" "
          cells += "height=\"9.4\" fill-opacity=\"\(shade)\"><title>layer \(layer + 1), head "
          cells += "\(head + 1): \(Markup.fixed(100 * value)) %</title></rect>"
        }
      }
      let mean = layers.joined().reduce(0, +) / Double(max(1, layers.count * heads))
      return "<figure><svg viewBox=\"0 0 \(heads * 10) \(layers.count * 10)\" role=\"img\""
        + Markup.attribute("aria-label", "dropped attention of \(pattern.pattern)") + ">"
        + "<rect class=\"none\" width=\"\(heads * 10)\" height=\"\(layers.count * 10)\"/>"
        + cells + "</svg><figcaption><code>\(Markup.text(pattern.pattern))</code>, "
        + "\(Markup.fixed(100 * mean)) % in the mean</figcaption></figure>"
    }
    guard !maps.isEmpty else { return "" }
    return """
      <section class="card inside"><h2>Attention that is dropped</h2>
      <p class="soft small">Probability that full attention gives to keys which the pattern does \
      not see: a row a layer, a column a head, the darker the more.</p>
      <div class="panels">\(maps.joined())</div></section>
      """
  }

  // MARK: Pictures

  /// Heads that a pattern tells apart are drawn one by one, if they are few.
  private static let mostHeads = 3

  private var pictures: String {
    result.names.map { name in
      guard
        let pattern = try? name.patterns(layers: name.layerCount ?? 1, heads: result.heads).first
      else { return "" }
      let length = AttentionDrawing.suggestedLength([pattern], longest: result.length)
      let globals = Set(name.globals?.list ?? [])
      let picture = AttentionPicture(
        isGlobal: (0..<length).map(globals.contains),
        isKept: Array(repeating: true, count: length))
      let heads = pattern.rule.distinctHeads(of: result.heads)
      let shown = heads.count <= Self.mostHeads ? heads : Array(heads.prefix(1))
      return shown.map { head in
        let which = heads.count > 1 ? ", head \(head + 1)" : ""
        return "<figure><svg viewBox=\"0 0 100 100\" role=\"img\""
          + Markup.attribute("aria-label", name.text + which)
          + ">\(picture.shapes(pattern.rule, heads: [head]))</svg><figcaption>"
          + "<code>\(Markup.text(name.text))</code>\(which), \(length) tokens"
          + "</figcaption></figure>"
      }.joined()
    }.joined()
  }

  private static let reading = """
    <p>All patterns use the same weights, without training. Full attention is what the weights \
    were trained for, so that a distance says what a pattern changes, not how good it would be \
    after training with it. Patterns that hash or that cut the text into blocks need training \
    more than those that keep the neighbourhood.</p>
    """
}
