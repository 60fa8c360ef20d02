import LFCore
import LFPictures

/// All cases of a run, one row each.
struct SummaryTable {
  let cases: [CaseResult]

  var html: String {
    let hasMutants = cases.contains { $0.mutations != nil }
    var text =
      "<div class=\"card scroll\"><table class=\"summary\"><thead><tr><th></th><th>case</th>"
    text += "<th class=\"wide-only\">first drift</th><th class=\"n\">× tolerance</th>"
    text += "<th class=\"n wide-only\">tensors equal</th>"
    if hasMutants { text += "<th class=\"n wide-only\">mutants killed</th>" }
    text += "<th class=\"n wide-only\">seconds</th></tr></thead><tbody>\n"
    for (index, result) in cases.enumerated() { text += row(result, index, hasMutants) }
    return text + "</tbody></table></div>\n"
  }

  private func row(_ result: CaseResult, _ index: Int, _ hasMutants: Bool) -> String {
    var text = "<tr><td><span class=\"verdict \(result.verdict)\">\(result.verdict)</span></td>"
    text += "<td><a href=\"#case-\(index)\">\(Markup.text(result.name))</a>"
    if let hint = result.hint ?? (result.status == .pass ? nil : result.message) {
      text += "<div class=\"hint\">\(Markup.text(hint))</div>"
    }
    let drift = result.firstDriftingLayer.map { $0 == 0 ? "embeddings" : "layer \($0)" }
    text += "</td><td class=\"wide-only\">\(drift ?? "–")</td>"
    text += "<td class=\"n\">\(result.timesTolerance)</td>"
    let equal = result.tensorsCompared - result.differingTensors.count
    let tensors =
      result.tensorsCompared == 0 ? "–" : "\(max(0, equal)) of \(result.tensorsCompared)"
    text += "<td class=\"n wide-only\">\(tensors)</td>"
    if hasMutants {
      let killed = result.mutations.map { "\($0.killed) of \($0.tested)" }
      text += "<td class=\"n wide-only\">\(killed ?? "–")</td>"
    }
    return text + "<td class=\"n wide-only\">\(Markup.fixed(result.seconds, 2))</td></tr>\n"
  }
}
