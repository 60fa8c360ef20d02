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
    if let details = result.details {
      text += "<p class=\"soft small\">\(Markup.text(description(details)))</p>\n"
    }
    text += "<div class=\"grid\">\n"
    if !result.outputs.isEmpty {
      text += figure(
        "Error by output",
        "Largest error of each output on a logarithmic scale; dotted: root mean square.",
        ErrorCurve(outputs: result.outputs, tolerance: result.details?.tolerance).svg)
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
    var text = "<div class=\"wide\"><h3>Outputs</h3><div class=\"scroll\"><table><thead><tr>"
    text += "<th>output</th><th class=\"n\">max abs</th><th class=\"n\">max rel</th>"
    text += "<th class=\"n\">rmse</th><th class=\"n\">min cosine</th><th class=\"n\">worst at</th>"
    text += "<th></th></tr></thead><tbody>\n"
    for output in result.outputs {
      text += "<tr><td><code>\(Markup.text(output.name))</code>"
      if !output.message.isEmpty {
        text += "<div class=\"hint\">\(Markup.text(output.message))</div>"
      }
      text += "</td>"
      for value in [output.maxAbsolute, output.maxRelative, output.rootMeanSquare] {
        text += "<td class=\"n\">\(value.rounded3)</td>"
      }
      text += "<td class=\"n\">\(Markup.fixed(output.minCosine, 6))</td>"
      let place = output.worstIndex.map(String.init).joined(separator: ", ")
      text += "<td class=\"n\">\(place)</td><td class=\"n\">"
      text +=
        "<span class=\"verdict \(output.passed ? "pass\">ok" : "fail\">off")</span></td></tr>\n"
    }
    return text + "</tbody></table></div></div>\n"
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

  /// One line a field; the fields of an object stand in one line together.
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
        pending = (inner.members.map { (key + " · " + $0.key, $0.value) } + pending)[...]
      }
    }
    guard !rows.isEmpty else { return "" }
    var text = "<div class=\"wide\"><h3>Provenance</h3><dl>\n"
    for (key, value) in rows {
      text += "<dt>\(Markup.text(key))</dt>"
      text += "<dd>\(Markup.text(value))</dd>\n"
    }
    return text + "</dl></div>\n"
  }

  private static func plain(_ value: JSONValue) -> String {
    switch value {
    case .string(let text): return text
    case .number(let number):
      guard number.int == nil, let value = number.double else { return number.literal }
      return value.rounded3
    default: return value.compact
    }
  }
}
