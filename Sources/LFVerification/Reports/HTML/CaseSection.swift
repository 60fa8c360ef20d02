import LFCore
import LFFamilies
import LFPictures

/// One case on the page: what is wrong, pictures, numbers, where it comes from.
struct CaseSection {
  let result: CaseResult
  let index: Int
  let isOpen: Bool

  var html: String {
    var text = "<details class=\"card\"\(isOpen ? " open=\"open\"" : "")>"
    text += "<summary><span class=\"verdict \(result.verdict)\">\(result.verdict)</span>"
    text += "<h2>\(Markup.text(result.name))</h2></summary>\n"
    // A link to something inside opens the details; one to the details does not.
    text += "<div class=\"inside\" id=\"case-\(index)\">\n"
    text += problem
    if let path = result.modelPath {
      text += "<p class=\"small\"><span class=\"soft\">model</span> "
      text += "<code>\(Markup.text(path))</code></p>\n"
    }
    if let details = result.details {
      text += "<p class=\"soft small\">\(Markup.text(description(details)))</p>\n"
    }
    text += "<div class=\"grid\">\n"
    if !result.outputs.isEmpty {
      text += figure(
        "Error by output",
        "Largest error of each output as a multiple of its tolerance, atol + rtol·|e|, on a "
          + "logarithmic scale; dotted: root mean square.",
        ErrorCurve(outputs: result.outputs).html)
    }
    if let details = result.details {
      if let positions = details.positions {
        text += figure(
          "Position table", PositionPanel(picture: positions).caption,
          "<div class=\"square\">\(PositionPanel(picture: positions).svg)</div>")
      }
      let map = HeatMap(result: result, details: details)
      if !map.layers.isEmpty {
        text += figure("Error by token and layer", map.caption, map.html, isWide: true)
      }
      let panel = AttentionPanel(details: details)
      text += figure("Attention pattern", panel.caption, panel.html, isWide: true)
    }
    text += outputsTable + tensorsList
    if let details = result.details { text += provenance(details.provenance) }
    return text + "</div></div></details>\n"
  }

  private func figure(
    _ title: String, _ caption: String, _ content: String, isWide: Bool = false
  ) -> String {
    "<figure\(isWide ? " class=\"wide\"" : "")><h3>\(title)</h3>"
      + "<figcaption>\(Markup.text(caption))</figcaption>\(content)</figure>\n"
  }

  private var problem: String {
    guard result.status != .pass else { return "" }
    var text = "<div class=\"box \(result.verdict == "error" ? "error" : "")\">"
    for file in result.changedFiles.prefix(8) {
      text += "<p><strong>File:</strong> \(Markup.text(file.details))</p>"
    }
    text += "<p>\(Markup.text(result.message))</p>"
    if let hint = result.hint {
      let word = result.diagnosis?.isConfirmed == false ? "Likely" : "Cause"
      text += "<p><strong>\(result.diagnosis == nil ? "Hint" : word):</strong> "
      text += "\(Markup.text(hint))</p>"
    }
    return text + "</div>\n"
  }

  private func description(_ details: CaseDetails) -> String {
    let model = details.configuration
    return "\(model.family) \(model.head.rawValue.replacing("_", with: " ")) from \(details.format)"
      + " · \(model.layerCount.counted("layer")) · hidden \(model.hiddenSize) · \(model.headCount.counted("head"))"
      + " · longest input \(model.longestInput) · pad \(model.paddingID)"
      + " · \(model.activation.rawValue) · eps \(model.layerNormEpsilon)"
      + " · input \(details.sequences) × \(details.length.counted("token"))"
  }

  // MARK: Numbers

  private var outputsTable: String {
    guard !result.outputs.isEmpty else { return "" }
    var text = "<div class=\"wide\"><h3>Outputs</h3><div class=\"scroll\"><table class=\"outputs\">"
    text += "<thead><tr><th></th><th>output</th><th class=\"n\">× tolerance</th>"
    for name in ["found", "expected", "allowed", "at", "max abs", "rmse", "min cosine"] {
      text += "<th class=\"n wide-only\">\(name)</th>"
    }
    text += "</tr></thead><tbody>\n"
    for output in result.outputs { text += row(output) }
    return text + "</tbody></table></div></div>\n"
  }

  private func row(_ output: OutputComparison) -> String {
    var text =
      "<tr><td><span class=\"verdict \(output.passed ? "pass\">ok" : "fail\">off")</span></td>"
    text += "<td><code>\(Markup.text(output.name))</code>"
    if !output.message.isEmpty {
      text += "<div class=\"hint\">\(Markup.text(output.message))</div>"
    } else if let worst = output.worst, !output.passed {
      // The columns that a narrow window has no room for.
      text += "<div class=\"hint narrow-only\">\(worst.numbers) at [\(worst.place)]</div>"
    }
    text += "</td><td class=\"n\">\(output.timesTolerance)</td>"
    var cells: [String] = []
    if let worst = output.worst {
      cells = ["\(worst.found)", worst.expectedText, worst.allowed.rounded3]
      cells.append(worst.place.replacing(",", with: ", "))
    } else {
      cells = ["–", "–", "–", "–"]
    }
    for value in [output.maxAbsolute, output.rootMeanSquare] {
      cells.append(value.isNaN ? "–" : value.rounded3)
    }
    cells.append(output.cosineText ?? "–")
    for cell in cells { text += "<td class=\"n wide-only\">\(cell)</td>" }
    return text + "</tr>\n"
  }

  private var tensorsList: String {
    var lines = result.differingTensors.prefix(20).map {
      "<code>\(Markup.text($0.name.text))</code> \(Markup.text($0.reason))"
    }
    lines += (result.mutations?.survived ?? []).map {
      "mutant survived: \(Markup.text($0))"
    }
    guard !lines.isEmpty else { return "" }
    let rest = result.differingTensors.count - 20
    if rest > 0 { lines.append("… and \(rest) more tensors") }
    return "<div class=\"wide\"><h3>What differs</h3><p class=\"small\">"
      + lines.joined(separator: "<br/>\n") + "</p></div>\n"
  }

  /// One line a field, by the names that `case.json` has; the short fields of an
  /// object stand in one line together.
  private func provenance(_ object: JSONObject) -> String {
    var rows: [(String, String)] = []
    var pending = object.members.map { ($0.key, $0.value) }[...]
    while let (key, value) = pending.popFirst(), rows.count < 60 {
      guard let inner = value.objectValue else {
        rows.append((key, Self.plain(value)))
        continue
      }
      let isFlat = inner.members.allSatisfy { $0.value.objectValue == nil }
      let isShort = inner.members.allSatisfy { Self.plain($0.value).utf8.count <= 24 }
      if isFlat, isShort {
        let parts = inner.members.map { $0.key + " " + Self.plain($0.value) }
        rows.append((key, parts.joined(separator: " · ")))
      } else {
        pending = (inner.members.map { (key + "." + $0.key, $0.value) } + pending)[...]
      }
    }
    guard !rows.isEmpty else { return "" }
    var text = "<div class=\"wide\"><h3>Provenance</h3><dl>\n"
    for (key, value) in rows {
      text += "<dt><code>\(Markup.text(key))</code></dt>"
      text += "<dd>\(Markup.text(value))</dd>\n"
    }
    return text + "</dl></div>\n"
  }

  /// Values as they were written.
  private static func plain(_ value: JSONValue) -> String {
    switch value {
    case .string(let text): text
    case .number(let number): number.literal
    default: value.compact
    }
  }
}
