import LFCore
import LFFamilies
import LFPictures

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
    let tokens = sequence * details.length..<(sequence + 1) * details.length
    let picture = AttentionPicture(
      isGlobal: Array(details.isGlobal[tokens]), isKept: Array(details.isKept[tokens]))
    let svg = "<svg viewBox=\"0 0 100 100\" role=\"img\" aria-label=\"attention pattern\">"
    var text = "<div class=\"panels\">\n"
    for group in groups {
      let layers =
        group.layers.count == 1
        ? "layer \(group.layers.lowerBound)"
        : "layers \(group.layers.lowerBound)–\(group.layers.upperBound)"
      let rule = group.pattern.rule
      let shapes = picture.shapes(
        rule, heads: rule.distinctHeads(of: details.configuration.headCount))
      text += "<div>\(svg)\(shapes)</svg><p>\(layers)<br/><span class=\"soft\">"
      text += "\(Markup.text(rule.description))</span></p></div>\n"
    }
    return text + "</div>"
      + Legend.html(Legend.attention)
  }
}
